"""The remaining time of real uploads: there from the second document on, and how good it is."""
import datetime
import statistics
import unittest

import samples
from walrus_server import WalrusServer


def time_of(status):
    return datetime.datetime.fromisoformat(status["updated_at"].replace("Z", "+00:00")).timestamp()


def errors_after_a_quarter(history):
    """Of each estimate after a quarter of the time: how far off it was, relative to the truth."""
    begin, end = time_of(history[0]), time_of(history[-1])
    errors = []
    for status in history[:-1]:
        left = end - time_of(status)
        if status["eta_seconds"] is None or end - left < begin + (end - begin) / 4 or left < 0.5:
            continue
        errors.append(abs(status["eta_seconds"] - left) / left)
    return errors


class RemainingTime(unittest.TestCase):
    def history_of(self, server, words, seed):
        accepted, last = server.ingest(f"report-{seed}.txt", samples.long_text(words, seed))
        self.assertEqual(last["processing_status"], "completed", last)
        return server.get(f"/v1/operations/{accepted['operation_id']}/history").json()

    def check(self, history):
        estimates = [status["eta_seconds"] for status in history]
        self.assertIsNone(estimates[-1], "nothing is left at the end")
        for estimate in estimates:
            self.assertTrue(estimate is None or 0 <= estimate < 3600, estimate)

    def report(self, name, history):
        errors = errors_after_a_quarter(history)
        said = sum(status["eta_seconds"] is not None for status in history)
        median = f"{100 * statistics.median(errors):.0f} %" if errors else "none to tell"
        seconds = time_of(history[-1]) - time_of(history[0])
        print(f"  {name}: {seconds:.1f} s, {said} of {len(history)} statuses with an estimate, "
              f"median error after a quarter {median}", flush=True)

    def test_is_estimated_from_the_second_document_on_and_after_a_restart(self):
        with WalrusServer() as server:
            first = self.history_of(server, 4000, 1)
            self.check(first)
            self.report("first document, 4,000 words", first)
            for status in first:
                if status["processing_step"] == "extracting_text":
                    self.assertIsNone(status["eta_seconds"], "nothing is known of the later steps yet")
            second = self.history_of(server, 16000, 2)
            self.check(second)
            self.report("second, 16,000 words", second)
            # From its first step to its last.
            self.assertTrue(all(status["eta_seconds"] is not None for status in second[:-1]), second)
            server.stop()
            server.start()
            third = self.history_of(server, 8000, 3)
            self.check(third)
            self.report("after a restart, 8,000 words", third)
            self.assertIsNotNone(third[0]["eta_seconds"])
