"""Many operations in one stream, and a poll that waits: the whole program."""
import threading
import time
import unittest

import contract
import samples
from walrus_server import WalrusServer


class ManyOperations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = WalrusServer()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()

    def history(self, operation):
        return [entry["sequence"] for entry in self.server.get(f"/v1/operations/{operation}/history").json()]

    def read(self, path, cursor, enough):
        """Events until `enough(events)`, then the connection is cut."""
        headers = {} if cursor is None else {"Last-Event-ID": str(cursor)}
        stream = self.server.stream(path, headers=headers)
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

    def test_cuts_lose_nothing_and_repeat_nothing(self):
        ids = [self.server.upload(f"{n}.txt", samples.long_text(4000, n)).json()["operation_id"] for n in range(4)]
        for path in (f"/v1/events?operations={','.join(ids)}", "/v1/events"):
            if path == "/v1/events":
                ids = [self.server.upload(f"{n}.txt", samples.long_text(4000, n)).json()["operation_id"]
                       for n in range(4)]
            got, cursor, ended = [], None, set()
            while ended != set(ids):
                for event in self.read(path, cursor, lambda events: len(events) == 5 or ended | self.ends(events) >= set(ids)):
                    got.append((event.data["operation_id"], event.data["sequence"]))
                    cursor = event.id
                    ended |= self.ends([event])
            self.assertEqual(len(got), len(set(got)))
            for operation in ids:
                self.assertEqual([s for o, s in got if o == operation], self.history(operation))

    @staticmethod
    def ends(events):
        return {event.data["operation_id"] for event in events if event.data["processing_status"] != "processing"}

    def test_a_poll_is_answered_by_what_comes_next(self):
        accepted = self.server.upload("long.txt", samples.long_text(40_000)).json()
        path = f"/v1/documents/{accepted['document_id']}/status"
        seen = [self.server.get(path).json()["sequence"]]
        deadline = time.monotonic() + 100
        while time.monotonic() < deadline:
            answer = self.server.get(f"{path}?wait=20&after={seen[-1]}")
            self.assertEqual(answer.status, 200)
            self.assertGreater(answer.json()["sequence"], seen[-1])
            seen.append(answer.json()["sequence"])
            if answer.json()["processing_status"] != "processing":
                break
        began = time.monotonic()
        self.assertEqual(self.server.get(f"{path}?wait=20&after={seen[-1]}").status, 304)
        self.assertLess(time.monotonic() - began, 5)

    def test_waiting_clients_do_not_hold_up_the_end(self):
        server = WalrusServer()
        self.addCleanup(server.close)
        server.start()
        operation = server.upload("long.txt", samples.long_text(60_000)).json()["operation_id"]

        def wait():
            connection = server.connect()
            try:
                connection.request("GET", f"/v1/operations/{operation}?wait=60&after=100000")
                connection.getresponse().read()
            except OSError:
                pass
            finally:
                connection.close()
        waiting = [threading.Thread(target=wait) for _ in range(3)]
        for thread in waiting:
            thread.start()
        began = time.monotonic()
        self.assertEqual(server.stop(), 0)
        self.assertLess(time.monotonic() - began, 20)
        for thread in waiting:
            thread.join()


if __name__ == "__main__":
    unittest.main()
