"""Many operations in one stream, and a poll that waits: the whole program."""
import select
import time
import unittest

import contract
import samples
from walrus_server import PATIENCE, WalrusServer


class ManyOperations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = WalrusServer()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()

    def history(self, operation):
        return [entry["sequence"] for entry in self.server.get(f"/v1/operations/{operation}/history").json()]

    def uploads(self):
        return [self.server.upload(f"{n}.txt", samples.long_text(4000, n)).json()["operation_id"] for n in range(4)]

    def read(self, path, stream, enough):
        """Events until `enough(events)`, then the connection is cut."""
        events = []
        if stream.status == 204:
            return events
        for event in stream:
            contract.check_event("GET", path, event.data)
            events.append(event)
            if enough(events):
                stream.close()
                break
        return events

    def test_cuts_of_a_stream_of_some_lose_nothing_and_repeat_nothing(self):
        ids = self.uploads()
        path = f"/v1/events?operations={','.join(ids)}"
        self.check_cuts(path, self.server.stream(path), ids)

    def test_cuts_of_the_stream_of_all_lose_nothing_and_repeat_nothing(self):
        stream = self.server.stream("/v1/events")  # before there is anything to tell
        self.check_cuts("/v1/events", stream, self.uploads())

    def check_cuts(self, path, stream, ids):
        got, cuts, ended = [], 0, set()
        while True:
            events = self.read(path, stream, lambda events: len(events) == 5 or ended | self.ends(events) >= set(ids))
            got += [(event.data["operation_id"], event.data["sequence"]) for event in events]
            ended |= self.ends(events)
            if ended >= set(ids):
                break
            self.assertNotEqual(events, [], "the stream ended before the operations")
            cuts += 1
            stream = self.server.stream(path, headers={"Last-Event-ID": events[-1].id})
        self.assertGreater(cuts, 3)
        self.assertEqual(len(got), len(set(got)))
        self.assertEqual({operation for operation, _ in got}, set(ids))
        for operation in ids:
            self.assertEqual([s for o, s in got if o == operation], self.history(operation))

    @staticmethod
    def ends(events):
        return {event.data["operation_id"] for event in events if event.data["processing_status"] != "processing"}

    def test_a_poll_is_answered_by_what_comes_next(self):
        accepted = self.server.upload("long.txt", samples.long_text(10_000)).json()
        path = f"/v1/documents/{accepted['document_id']}/status"
        seen = [self.server.get(path).json()]
        deadline = time.monotonic() + PATIENCE
        while seen[-1]["processing_status"] == "processing":
            self.assertLess(time.monotonic(), deadline, seen[-1])
            answer = self.server.get(f"{path}?wait=20&after={seen[-1]['sequence']}")
            self.assertEqual(answer.status, 200)
            self.assertGreater(answer.json()["sequence"], seen[-1]["sequence"])
            seen.append(answer.json())
        self.assertEqual(seen[-1]["processing_status"], "completed")
        history = self.server.get(path + "/history").json()
        for status in seen[1:]:  # the first may be older than all events
            self.assertIn(status, history)
        self.assertGreater(len(seen), len(samples.STEPS), "the polls were not answered as the work went on")
        began = time.monotonic()
        self.assertEqual(self.server.get(f"{path}?wait=20&after={seen[-1]['sequence']}").status, 304)
        self.assertLess(time.monotonic() - began, 5)

    def test_waiting_clients_do_not_hold_up_the_end(self):
        server = WalrusServer()
        self.addCleanup(server.close)
        server.start()
        begun = server.post_json("/v1/operations", {"kind": "import", "steps": [{"name": "fetch", "percent": 0}]})
        path = f"{begun.headers['location']}?wait=60&after=0"
        waiting = [server.connect() for _ in range(3)]
        for connection in waiting:
            self.addCleanup(connection.close)
            connection.request("GET", path)
        self.assertEqual(select.select([connection.sock for connection in waiting], [], [], 1)[0], [], "nobody waits")
        began = time.monotonic()
        self.assertEqual(server.stop(), 0)
        self.assertLess(time.monotonic() - began, 20)
        for connection in waiting:
            self.assertEqual(connection.getresponse().status, 304)


if __name__ == "__main__":
    unittest.main()
