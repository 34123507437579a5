// What a JSON value is in our types.
// spec: appendices #canonical-json

export type Json = null | boolean | number | string | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json
}
