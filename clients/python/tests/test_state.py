"""The reducer, held to the golden traces, and to what must hold of any stream."""
import json
import os
import random
import unittest

import golden
from walrus.sse import EventParser
from walrus.state import INITIAL, is_about_stream, reduce


def events_of(stream):
    return EventParser().feed(stream)


def states_of_one(messages):
    state = INITIAL
    for message in messages:
        state = reduce(state, message.data, message.id)
        yield state


def states_of_many(messages):
    states = {}
    for message in messages:
        if not is_about_stream(message.data):
            operation = message.data["operation_id"]
            states = {**states, operation: reduce(states.get(operation, INITIAL), message.data)}
        yield states


def plain(name, state):
    return {one: state.as_dict() for one, state in state.items()} if name.startswith("many_") else state.as_dict()


def fold(name, messages):
    return [plain(name, state) for state in (states_of_many if name.startswith("many_") else states_of_one)(messages)]


class Golden(unittest.TestCase):
    def test_every_trace(self):
        names = []
        for name, stream, states in golden.cases():
            names.append(name)
            with self.subTest(name):
                got = fold(name, events_of(stream))
                self.assertEqual(len(got), len(states))
                for place, (mine, wanted) in enumerate(zip(got, states)):
                    self.assertEqual(mine, wanted, f"after event {place + 1}")
                    self.assertEqual(json.dumps([*mine]), json.dumps([*wanted]), "members in another order")
        self.assertGreater(len(names), 15, f"no golden traces in {golden.FOLDER}")
        self.assertTrue(any(name.startswith("many_") for name in names))


class Properties(unittest.TestCase):
    """`WALRUS_TEST_SEED` repeats a run."""

    def setUp(self):
        self.seed = int(os.environ.get("WALRUS_TEST_SEED") or random.SystemRandom().randrange(2**32))
        self.random = random.Random(self.seed)
        print(f"{self.id()}: WALRUS_TEST_SEED={self.seed}")

    def test_any_repeat_of_events_ends_in_the_same_state(self):
        """A connection that begins anew repeats what came before it, from anywhere."""
        for name, stream, states in golden.cases():
            # Where two operations or attempts follow each other, what is repeated is of the later one alone;
            # events without a place cannot be told from new ones.
            messages = events_of(stream)
            if name in ("upload_without_ids", "document_replaced"):
                continue
            for _ in range(20):
                repeated = []
                for place, message in enumerate(messages):
                    repeated.append(message)
                    if self.random.random() < 0.3:
                        repeated += messages[self.random.randrange(place + 1):place + 1]
                self.assertEqual(fold(name, repeated)[-1], states[-1], f"{name}, seed {self.seed}")

    def test_progress_never_falls_within_an_attempt(self):
        for name, stream, _ in golden.cases():
            if name.startswith("many_"):
                continue
            messages = [message for message in events_of(stream) if message.data["type"] != "snapshot"]
            self.random.shuffle(messages)
            seen = {}
            for state in states_of_one(messages):
                place = (state.operation_id, state.attempt)
                self.assertGreaterEqual(state.progress or 0, seen.get(place, 0), f"{name}, seed {self.seed}")
                # Another operation begins anew, and so does the first one where it comes again.
                seen = {place: state.progress or 0}


if __name__ == "__main__":
    unittest.main()
