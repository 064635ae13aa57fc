"""What has to wait for its turn says where it stands, until it begins."""
import unittest

import samples
from walrus_server import WalrusServer


class Queue(unittest.TestCase):
    def test_positions_fall_until_the_start(self):
        with WalrusServer("--workers", "1") as server:
            accepted = [server.upload(f"{n}.txt", samples.long_text(8000, n)).json() for n in range(4)]
            last = server.get(accepted[-1]["status_url"]).json()
            self.assertGreater(last["status_metadata"]["queue_position"], 1, last)
            waited = 0
            for upload in accepted:
                server.events(upload["events_url"])
                history = server.get(f"/v1/operations/{upload['operation_id']}/history").json()
                waited += self.check_positions(history)
            self.assertGreater(waited, 0, "nothing had to wait")

    def check_positions(self, history):
        """How many statuses showed a position: falling ones, all of them before the work."""
        self.assertEqual(history[-1]["processing_status"], "completed", history[-1])
        sequences = [status["sequence"] for status in history]
        self.assertEqual(sequences, list(range(1, len(history) + 1)))
        positions = [status["status_metadata"].get("queue_position") for status in history]
        told = [position for position in positions if position is not None]
        self.assertEqual(positions[:len(told)], told)
        self.assertEqual(told, sorted(set(told), reverse=True))
        for status in history[:len(told)]:
            self.assertEqual(status["status_message"], "Waiting to start...")
            self.assertEqual(status["progress_percentage"], 0)
        return len(told)


if __name__ == "__main__":
    unittest.main()
