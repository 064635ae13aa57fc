"""A pipeline of one's own: what its reports are, when they go out, and how it ends."""
import asyncio
import os
import random
import threading
import time
import unittest
from unittest import mock

import httpx
from scripted import OPERATION, Script, answer, problem, run_async
from walrus import CancelRequested
from walrus.errors import ConflictError, ValidationError
from walrus.operation import planned
from walrus.redaction import described, redacted
from walrus.reports import BATCH_BYTES, BATCH_SECONDS, CONTENT_BYTES, LIFE_SECONDS, TEXT_BYTES, ReportQueue, pieces_of


def bare(reports):
    return [{name: value for name, value in report.items() if name != "report_id"} for report in reports]


class Queue(unittest.TestCase):
    """On a clock that is only a number."""

    def setUp(self):
        self.queue = ReportQueue(0.0)

    def sent(self, now):
        reports = self.queue.take(now)
        self.queue.done()
        return reports

    def test_reports_are_gathered_but_not_for_long(self):
        self.queue.progress(1.0, {"step": "a", "done": 1, "total": 9})
        self.queue.text(1.05, "x")
        self.assertIsNone(self.queue.take(1.0 + BATCH_SECONDS - 0.01))
        self.assertAlmostEqual(self.queue.seconds_to_next(1.05), BATCH_SECONDS - 0.05)
        self.assertEqual(bare(self.sent(1.0 + BATCH_SECONDS)), [{"step": "a", "done": 1, "total": 9}, {"content": "x"}])
        self.assertLess(BATCH_SECONDS, 0.25)

    def test_progress_in_a_step_is_merged_and_order_is_kept(self):
        for done in range(1000):
            self.queue.progress(0.0, {"step": "a", "done": done, "total": 1000})
        self.queue.progress(0.0, {"step": "a", "message": "Nearly there"})
        self.queue.text(0.0, "one ")
        self.queue.text(0.0, "two")
        self.queue.progress(0.0, {"step": "b"})
        self.assertEqual(bare(self.sent(1.0)), [{"step": "a", "done": 999, "total": 1000, "message": "Nearly there"},
                                                {"content": "one two"}, {"step": "b"}])

    def test_metadata_is_merged_by_member(self):
        for metadata in ({"rows": 1, "source": "erp"}, {"rows": 2}):
            self.queue.progress(0.0, {"step": "a", "metadata": metadata})
        self.assertEqual(bare(self.sent(1.0)), [{"step": "a", "metadata": {"rows": 2, "source": "erp"}}])

    def test_an_end_among_what_is_refused_goes_by_itself(self):
        self.queue.text(0.0, "x")
        self.queue.end(0.0, {"status": "completed"})
        end = self.queue.take(0.0)[-1]
        self.queue.refused()
        self.assertEqual(self.queue.take(0.0), [end])
        self.queue.refused()
        self.assertTrue(self.queue.finished)

    def test_what_may_not_have_arrived_is_sent_again_the_same(self):
        self.queue.text(0.0, "x")
        first = self.queue.take(1.0)
        self.queue.text(1.0, "y")
        self.queue.failed(1.0, 1.5)
        self.assertIsNone(self.queue.take(2.0))
        self.assertEqual(self.queue.take(2.5), first)
        self.queue.done()
        (second,) = self.sent(2.5)
        self.assertEqual(second["content"], "y")
        self.assertNotEqual(second["report_id"], first[0]["report_id"])

    def test_ids_differ_from_those_of_another_run(self):
        other = ReportQueue(0.0)
        for queue in (self.queue, other):
            queue.text(0.0, "x")
        self.assertNotEqual(self.queue.take(1.0)[0]["report_id"], other.take(1.0)[0]["report_id"])

    def test_silence_has_its_sign_of_life(self):
        self.assertIsNone(self.queue.take(LIFE_SECONDS - 0.01))
        self.assertEqual(self.sent(LIFE_SECONDS), [{}])
        self.assertAlmostEqual(self.queue.seconds_to_next(LIFE_SECONDS), LIFE_SECONDS)

    def test_the_end_goes_at_once_and_is_the_last(self):
        self.queue.text(0.0, "x")
        self.queue.failed(0.0, 2.0)
        self.queue.end(0.0, {"status": "completed"})
        self.assertEqual(bare(self.sent(0.0)), [{"content": "x"}, {"status": "completed"}])
        self.assertTrue(self.queue.finished)
        self.assertIsNone(self.queue.take(100.0))

    def test_requests_and_reports_have_their_bounds(self):
        self.queue.text(0.0, "é" * TEXT_BYTES)
        self.assertTrue(self.queue.truncated)
        self.queue.end(0.0, {"status": "completed"})
        total, requests = 0, 0
        while not self.queue.finished:
            reports = self.sent(0.0)
            sizes = [len(report.get("content", "").encode()) for report in reports]
            self.assertLessEqual(max(sizes), CONTENT_BYTES)
            self.assertLessEqual(sum(sizes), BATCH_BYTES)
            total, requests = total + sum(sizes), requests + 1
        self.assertEqual(total, TEXT_BYTES)
        self.assertGreater(requests, 30)

    def test_any_weather_gives_the_same_story(self):
        """Whatever is lost on the way there or back, a server that knows ids by heart hears each thing once, in order."""
        seed = int(os.environ.get("WALRUS_TEST_SEED") or random.SystemRandom().randrange(2**32))
        print(f"{self.id()}: WALRUS_TEST_SEED={seed}")
        drawn = random.Random(seed)
        for _ in range(100):
            queue, now, written, heard = ReportQueue(0.0), 0.0, "", {}
            for turn in range(drawn.randrange(1, 80)):
                now += drawn.choice((0.0, 0.01, 0.2, 2.0))
                if drawn.random() < 0.5:
                    piece = f"{turn}é "
                    written += piece
                    queue.text(now, piece)
                else:
                    queue.progress(now, {"step": "a", "done": turn, "total": 100})
                self.exchange(queue, now, drawn, heard)
            queue.end(now, {"status": "completed"})
            while not queue.finished:
                now += 0.5
                self.exchange(queue, now, drawn, heard)
            story = [*heard.values()]
            self.assertEqual("".join(report.get("content", "") for report in story), written, f"seed {seed}")
            self.assertEqual([report for report in story if "status" in report], story[-1:], f"seed {seed}")
            steps = [report["done"] for report in story if "step" in report]
            self.assertEqual(steps, sorted(steps), f"seed {seed}")

    @staticmethod
    def exchange(queue, now, drawn, heard):
        reports = queue.take(now)
        if reports is None:
            return
        weather = drawn.random()
        if weather > 0.3:  # it arrives
            for report in reports:
                if report:
                    heard.setdefault(report["report_id"], report)
        if weather > 0.6:  # and so does its answer
            queue.done()
        else:
            queue.failed(now, drawn.random())

    def test_pieces_are_cut_between_characters(self):
        text = "aé海🦭" * 50
        for size in (4, 5, 7, 64):
            pieces = pieces_of(text, size)
            self.assertEqual("".join(pieces), text)
            self.assertLessEqual(max(len(piece.encode()) for piece in pieces), size)


class Server(Script):
    """Takes operations and reports; `refuse` are the answers to the next reports, `cancel` asks for an end."""

    def __init__(self):
        super().__init__()
        self.plan = None
        self.reports = []
        self.refuse = []
        self.cancel = False
        self.arrived = threading.Event()

    def __call__(self, request):
        self.note(request)
        if request.url.path == "/v1/operations":
            self.plan = self.asked[-1].json()
            return answer({"operation_id": OPERATION}, 201)
        made = self.refuse.pop(0) if self.refuse else answer({"sequence": 1, "cancel_requested": self.cancel}, 202)
        self.reports += self.asked[-1].json()
        self.arrived.set()
        if isinstance(made, Exception):
            raise made
        return made

    def said(self):
        """Every report that arrived, once, without signs of life."""
        once = {report["report_id"]: report for report in self.reports if report}
        return bare(once.values())


NO_LIFE = mock.patch("walrus.reports.LIFE_SECONDS", 3600.0)
STEPS = ["fetch", {"name": "load", "percent": 60}]


class Blocking(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.client = self.server.client()
        self.addCleanup(self.client.close)

    def test_a_run(self):
        with self.client.operation("import", STEPS, title="Orders", timeout_seconds=60) as operation:
            operation.step("fetch", done=1, total=2, message="Fetching")
            operation.write("hello")
            operation.step("load", metadata={"rows": 7})
        self.assertEqual(self.server.plan, {"kind": "import", "title": "Orders", "timeout_seconds": 60, "steps": [
            {"name": "fetch", "percent": 0}, {"name": "load", "percent": 60}]})
        self.assertEqual(self.server.said(), [
            {"step": "fetch", "done": 1, "total": 2, "message": "Fetching"}, {"content": "hello"},
            {"step": "load", "metadata": {"rows": 7}}, {"status": "completed"}])

    def test_reports_do_not_wait_for_a_sign_of_life(self):
        with NO_LIFE, self.client.operation("import", STEPS) as operation:
            operation.step("fetch")
            self.assertTrue(self.server.arrived.wait(10))
        self.assertEqual(self.server.said(), [{"step": "fetch"}, {"status": "completed"}])

    def test_a_failure_is_told_by_class_and_message_and_goes_on(self):
        with self.assertRaises(KeyError), self.client.operation("import", STEPS):
            raise KeyError("orders")
        self.assertEqual(self.server.said(), [
            {"status": "failed", "error": {"type": "internal", "message": "KeyError: 'orders'"}}])

    def test_an_interruption_is_one(self):
        with self.assertRaises(KeyboardInterrupt), self.client.operation("import", STEPS):
            raise KeyboardInterrupt
        self.assertEqual(self.server.said()[0]["error"], {"type": "interrupted", "message": "KeyboardInterrupt"})

    def test_a_lost_answer_repeats_the_same_reports(self):
        self.server.refuse = [httpx.ReadError("gone"), problem(503, "not_ready")]
        with mock.patch("walrus.reports.LONGEST_DELAY", 0.0), self.client.operation("import", STEPS) as operation:
            operation.write("hello")
        self.assertEqual(self.server.said(), [{"content": "hello"}, {"status": "completed"}])
        self.assertEqual(len([report for report in self.server.reports if "content" in report]), 3)

    def test_a_wish_to_stop_is_raised_into_the_work(self):
        self.server.cancel = True
        with self.assertRaises(CancelRequested) as raised, self.client.operation("import", STEPS) as operation:
            operation.step("fetch")
            self.server.arrived.wait(10)
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline:
                operation.step("load")
        self.assertEqual(raised.exception.operation_id, OPERATION)
        self.assertEqual(self.server.said()[-1]["error"]["type"], "cancelled")

    def test_a_refusal_is_raised_at_the_next_call_and_logged(self):
        self.server.refuse = [problem(409, "conflict", "It has ended.")]
        with self.assertLogs("walrus", "WARNING"), self.assertRaises(ConflictError), \
                self.client.operation("import", STEPS) as operation:
            operation.step("fetch")
            operation._sender.join(10)
            operation.step("load")

    def test_reports_that_are_not_as_they_must_be_are_left_out_and_the_end_is_told(self):
        self.server.refuse = [problem(422, "validation_error", "metadata: at most 4 KiB")]
        with self.assertLogs("walrus", "WARNING"), self.assertRaises(ValidationError), \
                self.client.operation("import", STEPS) as operation:
            operation.step("fetch", metadata={"x": "y" * 5000})
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline:
                operation.write("more")
        self.assertEqual(self.server.said()[-1]["error"]["message"], "ValidationError: metadata: at most 4 KiB")

    def test_the_clients_own_key_is_in_no_message(self):
        with self.assertRaises(RuntimeError), self.server.client(api_key="plainwords").operation("import", STEPS):
            raise RuntimeError("plainwords was refused")
        self.assertEqual(self.server.said()[-1]["error"]["message"], "RuntimeError: *** was refused")

    def test_long_messages_are_cut(self):
        with self.client.operation("import", STEPS) as operation:
            operation.step("fetch", message="x" * 501)
        self.assertEqual(len(self.server.said()[0]["message"]), 500)

    def test_one_of_done_and_total_is_said_here(self):
        with self.assertRaisesRegex(ValueError, "together"), self.client.operation("import", STEPS) as operation:
            operation.step("fetch", done=1)

    def test_an_unknown_step_is_said_here(self):
        with self.assertRaisesRegex(ValueError, "its steps are fetch, load"), self.client.operation("import", STEPS) as operation:
            operation.step("lood")

    def test_a_server_that_is_away_keeps_the_work_from_beginning_but_not_from_ending(self):
        self.server.refuse = [httpx.ConnectError("refused")] * 1000
        with mock.patch("walrus.operation.DRAIN_SECONDS", 0.05), self.assertLogs("walrus", "WARNING") as logged:
            with self.client.operation("import", STEPS) as operation:
                operation.step("fetch")
        self.assertIn("has not reached the server", logged.output[-1])

    def test_steps_without_percentages_share_the_way(self):
        self.assertEqual([step["percent"] for step in planned(["a", "b", "c"])], [0, 33, 66])


class OnAsyncio(unittest.TestCase):
    def test_a_run_and_a_failure(self):
        server = Server()

        async def work():
            async with server.async_client() as client:
                async with client.operation("import", STEPS) as operation:
                    operation.step("fetch")
                    await asyncio.sleep(0)
                    operation.write("hello")
                with self.assertRaises(ValueError):
                    async with client.operation("import", STEPS):
                        raise ValueError("no")
        run_async(work())
        self.assertEqual(server.said(), [{"step": "fetch"}, {"content": "hello"}, {"status": "completed"},
                                         {"status": "failed", "error": {"type": "internal", "message": "ValueError: no"}}])

    def test_reports_do_not_wait_for_a_sign_of_life(self):
        server = Server()

        async def work():
            async with server.async_client() as client, client.operation("import", STEPS) as operation:
                operation.step("fetch")
                self.assertTrue(await asyncio.to_thread(server.arrived.wait, 10))
        with NO_LIFE:
            run_async(work())
        self.assertEqual(server.said(), [{"step": "fetch"}, {"status": "completed"}])

    def test_a_task_that_is_cancelled_ends_it_as_interrupted(self):
        server = Server()

        async def work():
            async with server.async_client() as client:
                async with client.operation("import", STEPS):
                    raise asyncio.CancelledError
        with self.assertRaises(asyncio.CancelledError):
            run_async(work())
        self.assertEqual(server.said()[-1]["error"]["type"], "interrupted")


class Redaction(unittest.TestCase):
    SECRETS = [
        "postgres://admin:hunter2@db/orders", "password=hunter2", "password: hunter2", '{"api_key": "hunter2"}',
        "https://h/p?access_token=hunter2&x=1", "Authorization: Bearer hunter2", "bearer hunter2",
        "db_password='hunter2 '", "AWS_SECRET_ACCESS_KEY=hunter2", "Cookie: session=hunter2",
    ]

    def test_what_has_the_name_of_a_secret(self):
        for text in self.SECRETS:
            self.assertNotIn("hunter2", redacted(text), text)

    def test_what_has_the_shape_of_one(self):
        for secret in ("wk_0123456789abcdef", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "sk-abcdefghijkl0123", "AKIAIOSFODNN7EXAMPLE",
                       "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x-y_z", "d41d8cd98f00b204e9800998ecf8427e",
                       "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"):
            self.assertEqual(redacted(f"before {secret} behind"), "before *** behind")

    def test_what_the_environment_holds_and_the_clients_own_key(self):
        with mock.patch.dict(os.environ, {"SHOP_TOKEN": "plainwords"}):
            self.assertEqual(redacted("it said plainwords and mine", ["mine"]), "it said *** and ***")

    def test_what_is_none_stays(self):
        for text in ("No such file: /data/orders_2024.csv", "row 17 of 2000", f"operation {OPERATION} failed",
                     "the token was wrong", "expected ',' at line 3"):
            self.assertEqual(redacted(text), text)

    def test_class_and_message_alone(self):
        try:
            try:
                raise ValueError("the cause")
            except ValueError as cause:
                raise RuntimeError("two\nlines") from cause
        except RuntimeError as error:
            self.assertEqual(described(error), "RuntimeError: two lines")
        self.assertEqual(described(RuntimeError()), "RuntimeError")
        self.assertEqual(len(described(RuntimeError("word " * 500))), 500)


if __name__ == "__main__":
    unittest.main()
