"""A chat's turn: asked once, whatever happens to its stream."""
import unittest

import httpx
from scripted import OPERATION, Script, answer, problem, run_async, sse, stream
from walrus import CancelledError, OperationFailedError, errors, events
from walrus.follow import LONG_POLL, POLL

CUT = httpx.RemoteProtocolError("cut")
SILENT = httpx.ReadTimeout("nothing came")
METADATA = {"status": "completed", "latency_ms": 5, "response_length": 11}


def step(sequence, name, state="processing"):
    return sequence, {"type": "status", "status": state, "step": name, "message": name, "operation_id": OPERATION,
                      "sequence": sequence, "attempt": 1}


def chunk(sequence, content):
    return sequence, {"type": "chunk", "content": content, "operation_id": OPERATION, "sequence": sequence, "attempt": 1}


def complete(sequence):
    return sequence, {"type": "complete", "metadata": METADATA, "operation_id": OPERATION, "sequence": sequence, "attempt": 1}


def broken(sequence, error_type="model_failed"):
    return sequence, {"type": "error", "error": "The model failed.", "error_type": error_type, "step": "generating_response",
                      "retryable": True, "operation_id": OPERATION, "sequence": sequence, "attempt": 1}


TURN = [step(1, "initializing"), chunk(2, "It was "), chunk(3, "1896"), step(4, "finished", "completed"), complete(5)]
NAMED = {"X_Operation_Id": OPERATION}


def status(sequence, state, **more):
    return {"operation_id": OPERATION, "kind": "chat", "conversation_id": "conv#s", "sequence": sequence, "attempt": 1,
            "processing_status": state, "processing_step": "generating_response", "progress_percentage": None,
            "status_message": "…", "eta_seconds": None, "status_metadata": {}, "error": None, **more}


def ask(script, **more):
    return script.client().chat.stream("When?", "s", **more)


class Stream(unittest.TestCase):
    def test_a_turn(self):
        followed = ask(Script(stream(sse(*TURN), **NAMED)), user_id="u", retrieval_k=3)
        kinds = [type(event) for event in followed]
        self.assertEqual(kinds, [events.StatusEvent, events.ChunkEvent, events.ChunkEvent, events.StatusEvent, events.CompleteEvent])
        self.assertEqual((followed.text(), followed.operation_id), ("It was 1896", OPERATION))
        self.assertEqual(followed.state.metadata, METADATA)

    def test_the_question(self):
        script = Script(stream(sse(*TURN), **NAMED))
        ask(script, user_id="u", retrieval_k=3, idempotency_key="mine").text()
        (asked,) = script.asked
        self.assertEqual(asked.json(), {"query": "When?", "session_id": "s", "user_id": "u", "retrieval_k": 3})
        self.assertEqual((asked.headers["accept"], asked.headers["idempotency-key"]), ("text/event-stream", "mine"))
        self.assertEqual(asked.patience, 40)

    def test_a_lost_stream_goes_on_at_the_operation(self):
        for cut in range(len(TURN)):
            script = Script(stream(sse(*TURN[:cut]), CUT, **NAMED), stream(sse(*TURN[cut:])))
            self.assertEqual(ask(script).text(), "It was 1896")
            question, again = script.asked
            self.assertEqual((question.method, again.method), ("POST", "GET"))
            self.assertEqual(again.path, f"/v1/operations/{OPERATION}/events")
            self.assertEqual(again.headers.get("last-event-id"), str(cut) if cut else None)

    def test_a_lost_head_is_asked_for_under_the_same_key(self):
        script = Script(httpx.ReadError("gone"), problem(503, "not_ready", retry_after=1), stream(sse(*TURN), **NAMED))
        self.assertEqual(ask(script).text(), "It was 1896")
        self.assertEqual(len({asked.headers["idempotency-key"] for asked in script.asked}), 1)
        self.assertEqual({asked.path for asked in script.asked}, {"/v1/chat/"})

    def test_what_is_refused_is_raised(self):
        script = Script(problem(409, "conflict", operation_id=OPERATION))
        with self.assertRaises(errors.ConflictError) as raised:
            ask(script).text()
        self.assertEqual(raised.exception.operation_id, OPERATION)

    def test_a_failed_turn(self):
        with self.assertRaises(OperationFailedError) as raised:
            ask(Script(stream(sse(*TURN[:2], broken(3)), **NAMED))).text()
        self.assertEqual((raised.exception.error_type, raised.exception.state.text), ("model_failed", "It was "))
        with self.assertRaises(CancelledError):
            ask(Script(stream(sse(*TURN[:2], broken(3, "cancelled")), **NAMED))).text()

    def test_cancel(self):
        script = Script(stream(sse(*TURN[:2]), sse(broken(3, "cancelled")), **NAMED), answer({}, 202), problem(409, "conflict"))
        followed = ask(script)
        with self.assertRaisesRegex(errors.WalrusError, "nothing to cancel"):
            followed.cancel()
        for event in followed:
            if isinstance(event, events.ChunkEvent):
                self.assertTrue(followed.cancel())
        self.assertFalse(followed.cancel())
        self.assertEqual([asked.path for asked in script.asked[1:]], [f"/v1/operations/{OPERATION}/cancel"] * 2)


class Fallback(unittest.TestCase):
    def test_an_answer_whole_where_not_even_a_head_came(self):
        whole = answer({"response": "It was 1896", "operation_id": OPERATION, "metadata": {"latency_ms": 5}})
        script = Script(SILENT, SILENT, whole)
        followed = ask(script)
        with self.assertLogs("walrus"):
            self.assertEqual(followed.text(), "It was 1896")
        self.assertEqual(followed.transport, LONG_POLL)
        self.assertEqual(len({(asked.headers["idempotency-key"], asked.body) for asked in script.asked}), 1)
        self.assertEqual(script.asked[-1].headers["accept"], "application/json")

    def test_polls_and_the_stored_text(self):
        history = {"messages": [{"role": "user", "text": "When?", "operation_id": OPERATION},
                                {"role": "assistant", "text": "It was 1896", "operation_id": OPERATION}]}
        script = Script(stream(sse(*TURN[:2]), CUT, **NAMED), stream(SILENT), stream(SILENT), answer(status(3, "processing")),
                        answer(status(5, "completed")), answer(history))
        followed = ask(script, user_id="u")
        with self.assertLogs("walrus"):
            self.assertEqual(followed.text(), "It was 1896")
        self.assertEqual(script.asked[-1].path, "/v1/chat/conversations/u/conv%23s/history?limit=100")
        self.assertEqual([asked.method for asked in script.asked], ["POST"] + ["GET"] * 5)

    def test_a_model_that_failed_is_no_reason_to_ask_anew(self):
        script = Script(SILENT, SILENT, problem(502, "upstream_error", operation_id=OPERATION))
        followed = ask(script)
        with self.assertLogs("walrus"), self.assertRaises(errors.UpstreamError):
            followed.text()
        self.assertNotEqual(followed.transport, POLL)


class OnAsyncio(unittest.TestCase):
    def test_the_same_logic(self):
        script = Script(stream(sse(*TURN[:3]), CUT, **NAMED), stream(sse(*TURN[3:])), problem(409, "conflict"))

        async def work():
            async with script.async_client() as client:
                followed = client.chat.stream("When?", "s")
                return await followed.text(), await followed.cancel()
        self.assertEqual(run_async(work()), ("It was 1896", False))


if __name__ == "__main__":
    unittest.main()
