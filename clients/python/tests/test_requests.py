"""Requests: what is asked again and when, under which key, and what an answer becomes."""
import email.utils
import os
import time
import unittest
from unittest import mock

import httpx
from scripted import DOCUMENT, OPERATION, Script, answer, problem, status
from walrus import OperationState, Patience, WalrusClient, errors
from walrus.core import KEPT_ANSWERS
from walrus.progress import ProgressMeter

ACCEPTED = {"document_id": DOCUMENT, "operation_id": OPERATION}
LOST = httpx.ReadError("gone")


class Repeats(unittest.TestCase):
    def test_a_post_whose_answer_was_lost_is_asked_again_under_its_key(self):
        script = Script(LOST, httpx.ConnectError("refused"), answer(ACCEPTED, 202), answer(ACCEPTED, 202))
        client = script.client()
        self.assertEqual(client.crawls.begin("https://example.com/"), ACCEPTED)
        client.crawls.begin("https://example.com/")
        first, *others, last = script.asked
        for other in others:
            self.assertEqual((other.headers["idempotency-key"], other.body), (first.headers["idempotency-key"], first.body))
        self.assertNotEqual(last.headers["idempotency-key"], first.headers["idempotency-key"])

    def test_every_post_has_a_key(self):
        script = Script(*[answer({}) for _ in range(9)])
        client = script.client()
        client.documents.cancel("d"), client.documents.retry("d"), client.operations.cancel("o"), client.operations.retry("o")
        client.operations.begin("import", [{"name": "a", "percent": 0}]), client.chat.ask("q", "s"), client.crawls.begin("u")
        client.documents.upload(b"x", filename="a.txt"), client.documents.replace("d", b"x", filename="a.txt")
        self.assertEqual([asked for asked in script.asked if not asked.headers.get("idempotency-key")], [])

    def test_delays_grow_with_full_jitter_to_a_bound_and_then_the_error_is_the_callers(self):
        script = Script(*[LOST] * 8)
        with self.assertRaises(errors.ConnectionLostError):
            script.client().models.list()
        self.assertEqual(len(script.asked), Patience().attempts)
        self.assertEqual(script.drawn, [(0, bound) for bound in (0.5, 1, 2, 4, 8, 16, 20)])
        self.assertEqual(script.slept, [high for _, high in script.drawn])

    def test_retry_after_is_waited_for(self):
        script = Script(problem(429, "rate_limited", retry_after=3), problem(503, "not_ready", retry_after=7), answer([]))
        script.client().models.list()
        self.assertEqual(script.slept, [3.5, 8.0])

    def test_a_long_retry_after_is_the_callers_to_wait_for(self):
        script = Script(problem(503, "not_ready", retry_after=61))
        with self.assertRaises(errors.UnavailableError) as raised:
            script.client().models.list()
        self.assertEqual((raised.exception.retry_after, script.slept), (61, []))

    def test_what_cannot_become_better_is_asked_once(self):
        for made, kind in ((problem(400, "bad_request"), errors.RequestError), (problem(404, "not_found"), errors.NotFoundError),
                           (problem(409, "conflict"), errors.ConflictError), (problem(422, "validation_error"), errors.ValidationError),
                           (problem(500, "internal_error"), errors.ServerError),
                           (problem(502, "upstream_error", operation_id=OPERATION), errors.UpstreamError),
                           (problem(503, "not_ready", operation_id=OPERATION), errors.UnavailableError)):
            script = Script(made)
            with self.subTest(kind), self.assertRaises(kind):
                script.client().chat.ask("q", "s")
            self.assertEqual(len(script.asked), 1)


class Errors(unittest.TestCase):
    def test_all_that_a_problem_says(self):
        fields = [{"pointer": "/query", "message": "must have 1 to 4000 characters"}]
        script = Script(problem(422, "validation_error", "query: too long", errors=fields))
        with self.assertRaises(errors.ValidationError) as raised:
            script.client().search("q")
        error = raised.exception
        self.assertEqual((error.status, error.error_type, error.detail, error.request_id, error.fields),
                         (422, "validation_error", "query: too long", "r-1", fields))
        self.assertEqual(str(error), "query: too long")

    def test_a_proxys_page_is_an_error_too(self):
        page = httpx.Response(413, text="<html>too large</html>", headers={"X-Request-Id": "p-9"})
        with self.assertRaises(errors.TooLargeError) as raised:
            Script(page).client().documents.upload(b"x", filename="a.txt")
        self.assertEqual((raised.exception.detail, raised.exception.request_id), ("The server answered 413.", "p-9"))

    def test_an_answer_of_somebody_else(self):
        with self.assertRaisesRegex(errors.WalrusError, "no Walrus server"):
            Script(httpx.Response(200, text="<html>sign in</html>")).client().models.list()

    def test_a_client_that_was_closed(self):
        script = Script()
        client = script.client()
        client.close()
        with self.assertRaisesRegex(errors.WalrusError, "closed"):
            client.models.list()
        self.assertEqual(script.slept, [])

    def test_retry_after_as_a_date(self):
        self.assertAlmostEqual(errors.seconds_of(email.utils.formatdate(time.time() + 30)), 30, delta=2)
        self.assertEqual(errors.seconds_of(email.utils.formatdate(0)), 0)
        self.assertIsNone(errors.seconds_of("soon"))


class Kept(unittest.TestCase):
    def test_an_unchanged_status_is_not_sent_again(self):
        known = status(3)
        script = Script(answer(known, ETag='"3"'), httpx.Response(304, headers={"ETag": '"3"'}), answer(status(4), ETag='"4"'))
        client = script.client()
        first = client.documents.status(DOCUMENT)
        first["processing_step"] = "changed by the caller"
        self.assertEqual(client.documents.status(DOCUMENT), known)
        self.assertEqual(client.documents.status(DOCUMENT)["sequence"], 4)
        self.assertEqual([asked.headers.get("if-none-match") for asked in script.asked], [None, '"3"', '"3"'])

    def test_only_so_many_are_kept(self):
        script = Script(*[answer({}, ETag='"1"') for _ in range(KEPT_ANSWERS + 2)])
        client = script.client()
        for number in range(KEPT_ANSWERS + 1):
            client.operations.get(f"o{number}")
        client.operations.get("o0")
        self.assertNotIn("if-none-match", script.asked[-1].headers)


class Places(unittest.TestCase):
    def test_every_page_of_a_list(self):
        script = Script(answer([1, 2], X_Next_Cursor="c 2"), answer([3]))
        self.assertEqual([*script.client().documents.list(document_type="web_crawl")], [1, 2, 3])
        self.assertEqual([asked.path for asked in script.asked],
                         ["/v1/documents/?document_type=web_crawl&limit=100",
                          "/v1/documents/?document_type=web_crawl&limit=100&cursor=c+2"])

    def test_a_cursor_inside_the_answer(self):
        script = Script(answer({"operations": [1], "next_cursor": "n"}), answer({"operations": [2], "next_cursor": None}))
        self.assertEqual([*script.client().operations.list()], [1, 2])

    def test_ids_are_escaped(self):
        script = Script(answer([]))
        script.client().chat.statuses("a/b", "conv#é")
        self.assertEqual(script.asked[0].path, "/v1/chat/conversations/a%2Fb/conv%23%C3%A9/status")

    def test_the_address_and_the_key(self):
        script = Script(answer([]), answer([]))
        with mock.patch.dict(os.environ, {"WALRUS_URL": "http://elsewhere.test:9", "WALRUS_API_KEY": "wk_environment"}):
            client = WalrusClient(transport=httpx.MockTransport(script))
        client.models.list()
        self.assertEqual(script.asked[0].headers["host"], "elsewhere.test:9")
        self.assertEqual(script.asked[0].headers["authorization"], "Bearer wk_environment")
        with self.assertRaises(ValueError):
            WalrusClient("localhost:8000")


class Uploads(unittest.TestCase):
    def test_the_form(self):
        script = Script(answer(ACCEPTED, 202))
        script.client().documents.upload(b"the content", filename="é.txt", metadata={"year": 1650})
        sent = script.asked[0].body.decode()
        self.assertIn('name="file"; filename="é.txt"', sent)
        self.assertIn("the content", sent)
        self.assertIn('name="metadata"\r\n\r\n{"year": 1650}', sent)

    def test_a_file_that_is_sent_twice_is_whole_and_its_progress_never_falls(self):
        seen = []
        script = Script(LOST, answer(ACCEPTED, 202))
        content = os.urandom(200_000)
        script.client().documents.upload(content, filename="a.bin", on_progress=seen.append)
        for asked in script.asked:
            self.assertIn(content, asked.body)
        self.assertEqual([progress.bytes_sent for progress in seen], [65536, 131072, 196608, 200_000])
        self.assertEqual([progress.percent for progress in seen], [3, 6, 9, 10])

    def test_a_server_that_has_not_begun_moves_no_bar_back(self):
        seen = []
        meter = ProgressMeter(seen.append, 100)
        meter.sent(100)
        for progress in (0, 10, 25):
            meter.stands(OperationState(progress=progress, message="Waiting"))
        self.assertEqual([progress.percent for progress in seen], [10, 10, 10, 25])

    def test_bytes_without_a_name(self):
        with self.assertRaisesRegex(ValueError, "filename"):
            Script().client().documents.upload(b"x")


if __name__ == "__main__":
    unittest.main()
