"""What has to wait for its turn says where it stands, until it begins."""
import time
import unittest

import samples
from walrus_server import PATIENCE, WalrusServer


class Queue(unittest.TestCase):
    def test_positions_fall_until_the_start(self):
        """One that waits behind three, which are taken away one by one."""
        with WalrusServer("--workers", "1") as server:
            before = [server.upload(f"{n}.txt", samples.long_text(400_000, n)).json() for n in range(3)]
            last = server.upload("last.txt", samples.FACT).json()
            self.assertEqual(self.position(server, last), 3)
            for upload, place in ((before[1], 2), (before[2], 1), (before[0], None)):
                self.assertEqual(server.request("POST", f"/v1/operations/{upload['operation_id']}/cancel").status, 202)
                self.wait_for_position(server, last, place)
            server.events(last["events_url"])
            history = server.get(f"/v1/operations/{last['operation_id']}/history").json()
            self.assertEqual(self.positions(history), [2, 1])

    @staticmethod
    def position(server, upload):
        return server.get(upload["status_url"]).json()["status_metadata"].get("queue_position")

    def wait_for_position(self, server, upload, place):
        deadline = time.monotonic() + PATIENCE
        while (found := self.position(server, upload)) != place:
            self.assertLess(time.monotonic(), deadline, f"at {found}, not at {place}")
            time.sleep(0.01)

    def positions(self, history):
        """Those that the events told: falling ones, all of them before the work."""
        self.assertEqual(history[-1]["processing_status"], "completed", history[-1])
        sequences = [status["sequence"] for status in history]
        self.assertEqual(sequences, list(range(1, len(history) + 1)))
        positions = [status["status_metadata"].get("queue_position") for status in history]
        told = [position for position in positions if position is not None]
        self.assertEqual(positions[:len(told)], told)
        for status in history[:len(told)]:
            self.assertEqual(status["status_message"], "Waiting to start...")
            self.assertEqual(status["progress_percentage"], 0)
        return told


if __name__ == "__main__":
    unittest.main()
