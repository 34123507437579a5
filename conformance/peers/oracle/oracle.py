"""Asks another server's library what it makes of events: one JSON question per line on stdin, one JSON answer per line on stdout.

The library is a black box here: public functions are called with events of ours, and what they answer is handed back. Questions:

read       {version, cases: [event text]}                            → for each {event_id, hash, redacted, size} or {refused}
authorize  {version, state: [event text], cases: [event text]}       → for each null (allowed) or why it was refused
resolve    {version, events: [event text], cases: [[[type, key, event ID]]]}  → for each the resolved [[type, key, event ID]],
           or null where the library gives up because of an event that it would never have let into a state
"""

import hashlib
import json
import sys

from synapse import event_auth
from synapse.api.errors import SynapseError
from synapse.api.room_versions import KNOWN_ROOM_VERSIONS
from synapse.crypto.event_signing import compute_content_hash
from synapse.events import make_event_from_dict
from synapse.events.utils import prune_event
from synapse.federation.federation_base import event_from_pdu_json
from synapse.state import v1, v2
from synapse.storage.databases.main.event_federation import StateDifference


def finished(coroutine):
    """The result of a coroutine that has nothing to wait for."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("The library waits for something that is not there.")


class Clock:
    async def sleep(self, _duration):
        return None


class NothingStored:
    """A store that holds no event: all events of a question are in flight, so the library computes everything itself."""

    def __init__(self, events):
        self._events = events

    async def get_events(self, ids, **_rest):
        return {event_id: self._events[event_id] for event_id in ids if event_id in self._events}

    async def get_auth_chain_difference(self, _room_id, _sets, conflicted, _reachable):
        return StateDifference(auth_difference=set(), conflicted_subgraph=None if conflicted is None else set())


def event_of(text, version):
    return make_event_from_dict(json.loads(text), version)


def read(question, version):
    return [read_one(text, version) for text in question["cases"]]


def read_one(text, version):
    try:
        event = event_from_pdu_json(json.loads(text), version)
        event_auth.validate_event_for_room_version(event)
        name, digest = compute_content_hash(event.get_pdu_json(), hashlib.sha256)
        return {
            "event_id": event.event_id,
            "hash": [name, digest.hex()],
            "redacted": json.dumps(prune_event(event).get_pdu_json()),
        }
    except Exception as error:
        return {"refused": f"{type(error).__name__}: {error}"}


def authorize(question, version):
    state = {event.event_id: event for event in (event_of(text, version) for text in question["state"])}
    return [refusal(text, version, state) for text in question["cases"]]


def refusal(text, version, state):
    try:
        event = event_of(text, version)
        event_auth.validate_event_for_room_version(event)
        finished(event_auth.check_state_independent_auth_rules(NothingStored(state), event))
        event_auth.check_state_dependent_auth_rules(event, [state[event_id] for event_id in event.auth_event_ids()])
        return None
    except SynapseError as error:
        return f"{type(error).__name__}: {error.msg}"
    except Exception as error:
        return f"failed with {type(error).__name__}: {error}"


def resolve(question, version):
    events = {event.event_id: event for event in (event_of(text, version) for text in question["events"])}
    room_id = next(iter(events.values())).room_id
    return [resolve_one(room_id, version, events, states) for states in question["cases"]]


def resolve_one(room_id, version, events, states):
    sets = [{(event_type, key): event_id for event_type, key, event_id in state} for state in states]
    store = NothingStored(events)
    try:
        if version.identifier == "1":
            resolved = finished(v1.resolve_events_with_store(room_id, version, sets, dict(events), store.get_events))
        else:
            resolved = finished(v2.resolve_events_with_store(Clock(), room_id, version, sets, dict(events), store))
    except SynapseError:
        return None
    return [[event_type, key, event_id] for (event_type, key), event_id in resolved.items()]


def main():
    questions = {"read": read, "authorize": authorize, "resolve": resolve}
    for line in sys.stdin:
        question = json.loads(line)
        version = KNOWN_ROOM_VERSIONS[question["version"]]
        print(json.dumps(questions[question["ask"]](question, version)), flush=True)


main()
