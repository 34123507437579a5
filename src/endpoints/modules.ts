// What handlers are given: the modules of one tenant. Whoever adds a module adds its line here, and `main` fills it in.

/** Grows with the house: `readonly rooms: Rooms`, … Handlers take out what they need. */
// biome-ignore lint/suspicious/noEmptyInterface: the first module has not moved in yet
export interface Modules {}
