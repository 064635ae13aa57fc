"""A chat turn: streamed or not, its history, statuses and conversations, and its failures."""
import re
import unittest
from urllib.parse import quote

import contract
import samples
from model_server import ModelServer
from walrus_server import WalrusServer

SECONDS = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")


def ask(server, session, query="When was the lighthouse of Vardoe lit?", **more):
    return server.post_json("/v1/chat/", {"query": query, "session_id": session, "stream": False, **more})


def ask_streaming(server, session, query="When was the lighthouse of Vardoe lit?", **more):
    return server.stream("/v1/chat/", "POST", {"query": query, "session_id": session, "stream": True, **more})


def read(stream):
    events = list(stream)
    for event in events:
        contract.check_event("POST", "/v1/chat/", event.data)
    return events


def check_turn(test, events):
    """A whole turn that succeeded; gives its text."""
    ids = [event.id for event in events]
    test.assertEqual(ids, list(range(1, len(ids) + 1)))
    types = [event.data["type"] for event in events]
    steps = [event.data["step"] for event in events if event.data["type"] == "status"]
    test.assertEqual(steps, samples.CHAT_STEPS)
    test.assertEqual(types[-1], "complete")
    test.assertEqual(events[-2].data["status"], "completed")
    chunks = [position for position, kind in enumerate(types) if kind == "chunk"]
    test.assertTrue(chunks)
    generating = types.index("status", 3)
    test.assertEqual(events[generating].data["step"], "generating_response")
    test.assertEqual(chunks, list(range(generating + 1, generating + 1 + len(chunks))))
    text = "".join(event.data["content"] for event in events if event.data["type"] == "chunk")
    test.assertEqual(events[-1].data["metadata"]["response_length"], len(text))
    return text


class BuiltIn(unittest.TestCase):
    """With the model that is part of the program."""

    @classmethod
    def setUpClass(cls):
        cls.server = WalrusServer()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        for extension, content in samples.of_every_format().items():
            if extension in (".txt", ".pdf"):
                cls.server.ingest(f"notes{extension}", content)

    def test_a_turn_is_streamed_step_by_step(self):
        stream = ask_streaming(self.server, "streamed", user_id="ada")
        operation = stream.headers["x-operation-id"]
        events = read(stream)
        self.assertEqual(stream.retries, 1)
        text = check_turn(self, events)
        self.assertIn("1896", text)
        sources = events[-1].data["metadata"]["sources"]
        self.assertEqual(events[-1].data["metadata"]["chunks_retrieved"], len(sources))
        self.assertEqual(sorted((s["score"] for s in sources), reverse=True), [s["score"] for s in sources])
        for event in events:
            if event.data["type"] == "status":
                self.assertEqual(event.data["operation_id"], operation)
        history = self.server.get("/v1/chat/conversations/ada/streamed/history").json()
        self.assertEqual([(m["role"], m["text"]) for m in history["messages"]],
                         [("user", "When was the lighthouse of Vardoe lit?"), ("assistant", text)])

    def test_a_turn_is_answered_as_json(self):
        answer = ask(self.server, "plain")
        self.assertEqual(answer.status, 200, answer)
        reply = answer.json()
        self.assertIn("1896", reply["response"])
        self.assertEqual((reply["session_id"], reply["conversation_id"]), ("plain", "conv#plain"))
        self.assertEqual(answer.headers["x-operation-id"], reply["operation_id"])
        status = self.server.get(f"/v1/operations/{reply['operation_id']}").json()
        self.assertEqual((status["kind"], status["progress_percentage"], status["processing_step"]), ("chat", None, "finished"))

    def test_what_decides_between_stream_and_json(self):
        body = {"query": "lighthouse", "session_id": "decides"}
        for stream, accept, streamed in ((None, "application/json", False), (None, "text/event-stream", True),
                                         (None, "*/*", False), (True, "*/*", True), (True, "application/json", False),
                                         (False, "text/event-stream", False)):
            with self.subTest(stream=stream, accept=accept):
                sent = body if stream is None else {**body, "stream": stream}
                got = self.server.stream("/v1/chat/", "POST", sent, {"Accept": accept})
                kind = got.headers["content-type"].split(";")[0]
                self.assertEqual(kind, "text/event-stream" if streamed else "application/json")
                if streamed:
                    check_turn(self, read(got))

    def test_a_turn_can_be_read_again_from_every_position(self):
        stream = ask_streaming(self.server, "again")
        path = f"/v1/operations/{stream.headers['x-operation-id']}/events"
        events = read(stream)
        self.assertEqual([(e.id, e.data) for e in self.server.events(path)], [(e.id, e.data) for e in events])
        for position, event in enumerate(events[:-1]):
            rest = self.server.events(path, after=event.id)
            self.assertEqual([(e.id, e.data) for e in rest], [(e.id, e.data) for e in events[position + 1:]])
        self.assertEqual(self.server.get(path, Last_Event_ID=str(events[-1].id)).status, 204)

    def test_history_of_the_operation(self):
        stream = ask_streaming(self.server, "events")
        operation = stream.headers["x-operation-id"]
        events = [event for event in read(stream) if event.data["type"] != "chunk"]
        history = self.server.get(f"/v1/operations/{operation}/history").json()
        self.assertEqual([entry["sequence"] for entry in history], [event.id for event in events])
        self.assertEqual([entry["type"] for entry in history], ["status"] * 6 + ["complete"])

    def test_statuses_are_kept(self):
        for _ in range(2):
            ask(self.server, "statuses", user_id="eve")
        rows = self.server.get("/v1/chat/conversations/eve/statuses/status").json()
        self.assertEqual([row["step"] for row in rows], samples.CHAT_STEPS * 2)
        self.assertEqual(len({row["turn_id"] for row in rows}), 12)
        self.assertEqual([row["turn_id"] for row in rows], sorted(row["turn_id"] for row in rows))
        self.assertTrue(all(row["conversation_id"] == "conv#statuses" for row in rows))
        self.assertTrue(all(SECONDS.match(row["created_at"]) for row in rows))
        self.assertEqual([row["status"] for row in rows[:6]], ["processing"] * 5 + ["completed"])
        self.assertLessEqual({"latency_ms", "response_length"}, set(rows[5]["metadata"]))
        newest = self.server.get("/v1/chat/conversations/eve/statuses/status?limit=2").json()
        self.assertEqual(newest, rows[-2:])

    def test_conversations_by_user(self):
        for session in ("one", "two"):
            ask(self.server, f"list-{session}", user_id="lis")
        listed = self.server.get("/v1/chat/conversations/lis").json()
        own = [c for c in listed["conversations"] if c["conversation_id"].startswith("conv#list-")]
        self.assertEqual([c["conversation_id"] for c in own], ["conv#list-two", "conv#list-one"])
        self.assertTrue(all(c["message_count"] == 2 and c["status"] == "completed" for c in own))
        one = self.server.get("/v1/chat/conversations/lis?limit=1").json()
        self.assertEqual((len(one["conversations"]), one["total"]), (1, listed["total"]))
        others = self.server.get("/v1/chat/conversations/max").json()["conversations"]
        self.assertFalse([c for c in others if c["conversation_id"].startswith("conv#list-")])

    def test_a_user_is_a_label(self):
        ask(self.server, "labelled", user_id="kim")
        ask(self.server, "unlabelled")
        for prefix in ("", "conv%23"):
            self.assertEqual(self.server.get(f"/v1/chat/conversations/kim/{prefix}labelled/history").status, 200)
            self.assertEqual(self.server.get(f"/v1/chat/conversations/anyone/{prefix}unlabelled/history").status, 200)
        self.assertEqual(self.server.get("/v1/chat/conversations/other/labelled/history").status, 404)
        self.assertEqual(self.server.get("/v1/chat/conversations/other/labelled/status").status, 404)
        self.assertEqual(ask(self.server, "labelled", user_id="other").status, 409)

    def test_a_conversation_id_of_ones_own(self):
        reply = ask(self.server, "session", conversation_id="conv#talk 1", user_id="noa").json()
        self.assertEqual((reply["session_id"], reply["conversation_id"]), ("session", "conv#talk 1"))
        path = f"/v1/chat/conversations/noa/{quote('talk 1')}/history"
        self.assertEqual(self.server.get(path).json()["conversation_id"], "conv#talk 1")

    def test_history_gives_the_newest(self):
        for query in ("lighthouse", "walruses", "photosynthesis"):
            ask(self.server, "long", query, user_id="leo")
        history = self.server.get("/v1/chat/conversations/leo/long/history?limit=3").json()
        self.assertEqual([m["role"] for m in history["messages"]], ["assistant", "user", "assistant"])
        self.assertEqual((history["messages"][1]["text"], history["total"]), ("photosynthesis", 6))

    def test_deleting_a_conversation(self):
        ask(self.server, "deleted", user_id="del")
        path = "/v1/chat/conversations/del/deleted"
        self.assertEqual(self.server.delete(path).json()["messages_deleted"], 2)
        for suffix in ("/history", "/status"):
            self.assertEqual(self.server.get(path + suffix).status, 404)
        self.assertEqual(self.server.delete(path).status, 404)

    def test_an_answer_of_nothing_does_not_quote_the_question(self):
        answer = ask(self.server, "nothing", "zyxwvu qqqqq", retrieval_filter={"file_type": ".epub"}).json()
        self.assertEqual((answer["metadata"]["chunks_retrieved"], answer["metadata"]["sources"]), (0, []))
        self.assertNotIn("zyxwvu", answer["response"])

    def test_search(self):
        answer = self.server.post_json("/v1/search", {"query": "whiskers of walruses", "k": 3}).json()
        self.assertLessEqual(len(answer["results"]), 3)
        best = answer["results"][0]
        self.assertIn("whiskers", best["text"])
        scores = [result["score"] for result in answer["results"]]
        self.assertEqual(scores, sorted(scores, reverse=True))
        chunk = self.server.get(f"/v1/documents/{best['document_id']}/chunks/{best['chunk_id']}").json()
        self.assertEqual((chunk["text"], chunk["start"], chunk["end"]), (best["text"], best["start"], best["end"]))

    def test_filters_narrow_a_search(self):
        for wanted, value in (("file_type", ".pdf"), ("file_type", "pdf"), ("file_type", "PDF")):
            answer = self.server.post_json("/v1/search", {"query": "walruses", "retrieval_filter": {wanted: value}}).json()
            self.assertEqual({result["filename"] for result in answer["results"]}, {"notes.pdf"}, (wanted, value))
        none = self.server.post_json("/v1/search", {"query": "walruses", "retrieval_filter": {"document_type": "web_crawl"}})
        self.assertEqual(none.json()["results"], [])

    def test_models(self):
        models = self.server.get("/v1/models/").json()
        self.assertTrue(models)
        chosen = ask(self.server, "model", model=models[-1]["model_id"]).json()
        self.assertEqual(chosen["metadata"]["selected_model"], models[-1]["model_id"])
        self.assertEqual(ask(self.server, "model", model="no-such-model").status, 422)


class Configured(unittest.TestCase):
    """With a model behind an OpenAI-compatible address."""

    def setUp(self):
        self.model = ModelServer()
        self.addCleanup(self.model.close)
        self.server = WalrusServer("--llm-url", self.model.url, "--llm-model", "test-model")
        self.addCleanup(self.server.close)
        self.server.start()
        self.server.ingest("notes.txt", samples.FACT)

    def test_its_pieces_are_the_chunks(self):
        self.model.pause = 0.3
        events = read(ask_streaming(self.server, "pieces", model="test-model"))
        self.assertEqual(check_turn(self, events), "The lighthouse was lit in 1896.")
        self.assertGreaterEqual(len([e for e in events if e.data["type"] == "chunk"]), 3)
        self.assertIn(samples.FACT, str(self.model.asked[-1]["messages"]))

    def test_one_turn_at_a_time(self):
        self.model.go.clear()
        stream = ask_streaming(self.server, "busy", model="test-model")
        for streaming in (False, True):
            second = self.server.post_json("/v1/chat/", {"query": "again", "session_id": "busy", "stream": streaming})
            self.assertEqual(second.status, 409, second)
            self.assertEqual(second.json()["operation_id"], stream.headers["x-operation-id"])
        self.assertEqual(self.server.get("/v1/chat/conversations/any/busy/status").json()[-1]["status"], "processing")
        self.model.go.set()
        check_turn(self, read(stream))
        self.assertEqual(ask(self.server, "busy").status, 200)

    def test_generation_goes_on_while_nobody_listens(self):
        self.model.pause = 0.05
        self.model.pieces = [f"word{n} " for n in range(20)]
        stream = ask_streaming(self.server, "lost", model="test-model")
        seen = []
        for event in stream:
            seen.append(event)
            if event.data["type"] == "chunk":
                break
        stream.close()
        path = f"/v1/operations/{stream.headers['x-operation-id']}/events"
        self.server.wait_for_status(path.removesuffix("/events"))
        rest = self.server.events(path, after=seen[-1].id)
        self.assertEqual(check_turn(self, seen + rest), "".join(self.model.pieces))

    def test_a_model_that_refuses_is_replaced(self):
        self.model.status = 500
        reply = ask(self.server, "refused")
        self.assertEqual(reply.status, 200, reply)
        self.assertNotEqual(reply.json()["metadata"]["selected_model"], "test-model")
        self.assertIn("1896", reply.json()["response"])

    def test_a_model_that_breaks_off_fails_the_turn(self):
        self.model.break_after = 2
        self.model.pause = 0.2
        events = read(ask_streaming(self.server, "broken", model="test-model"))
        last = events[-1].data
        self.assertEqual((last["type"], last["error_type"], last["step"]), ("error", "model_failed", "generating_response"))
        self.assertTrue(last["retryable"])
        rows = self.server.get("/v1/chat/conversations/any/broken/status").json()
        self.assertEqual((rows[-1]["status"], rows[-1]["step"]), ("failed", "generating_response"))
        self.model.break_after = None
        self.assertEqual(ask(self.server, "broken").status, 200)

    def test_a_failed_turn_as_json(self):
        self.model.break_after = 2
        self.model.pause = 0.2
        answer = ask(self.server, "broken", model="test-model")
        self.assertEqual((answer.status, answer.json()["error_type"]), (502, "upstream_error"), answer)
        status = self.server.get(f"/v1/operations/{answer.json()['operation_id']}").json()
        self.assertEqual((status["processing_status"], status["error"]["type"]), ("failed", "model_failed"))

    def test_deleting_a_conversation_ends_its_turn(self):
        self.model.go.clear()
        stream = ask_streaming(self.server, "ended", user_id="del", model="test-model")
        self.assertEqual(self.server.delete("/v1/chat/conversations/del/ended").status, 200)
        last = read(stream)[-1].data
        self.assertEqual((last["type"], last["error_type"]), ("error", "cancelled"))
        self.assertEqual(self.server.get("/v1/chat/conversations/del/ended/history").status, 404)


if __name__ == "__main__":
    unittest.main()
