"""Both WebSockets of the running server: their messages, refusals, losses, and the server's end."""
import json
import os
import re
import socket
import struct
import threading
import time
import unittest

import contract
import samples
from model_server import ModelServer
from walrus_server import WalrusServer
from web_socket import Refused, WebSocket

NOWHERE = "01980d3a-0000-7000-8000-000000000000"
QUESTION = "When was the lighthouse of Vardoe lit?"


def frame(opcode, payload, first=0x80, mask=True):
    """A client's frame, as broken as is wanted."""
    size = len(payload)
    head = bytes([first | opcode])
    marked = 0x80 if mask else 0
    if size < 126:
        head += bytes([marked | size])
    elif size < 65536:
        head += bytes([marked | 126]) + struct.pack(">H", size)
    else:
        head += bytes([marked | 127]) + struct.pack(">Q", size)
    key = os.urandom(4) if mask else b""
    return head + key + (bytes(byte ^ key[i % 4] for i, byte in enumerate(payload)) if mask else payload)


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = WalrusServer()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.server.ingest("notes.txt", samples.FACT)

    def tearDown(self):
        self.assertIsNone(self.server.process.poll(), "the server ended")
        self.assertEqual(self.server.get("/health").status, 200)

    def follow(self, **more):
        return WebSocket(self.server.port, "/v1/ws", "events_socket", **more)

    def talk(self, session="session_001", **more):
        return WebSocket(self.server.port, f"/ws/chat/{session}", "chat_socket", **more)


class Handshake(Case):
    def refused(self, path="/v1/ws", **more):
        with self.assertRaises(Refused) as caught:
            WebSocket(self.server.port, path, **more)
        answer = caught.exception
        self.assertEqual(answer.headers["content-type"], "application/problem+json")
        return answer.status, json.loads(answer.body)["error_type"]

    def test_a_plain_request_is_told_to_upgrade(self):
        for path in ("/v1/ws", "/ws/chat/s"):
            answer = self.server.get(path)
            self.assertEqual((answer.status, answer.headers["upgrade"]), (426, "websocket"))

    def test_foreign_pages_may_not_connect(self):
        for path in ("/v1/ws", "/ws/chat/s"):
            for origin in ("https://evil.example", "null", f"http://localhost:{self.server.port + 1}"):
                self.assertEqual(self.refused(path, headers=[("Origin", origin)]), (403, "forbidden"))
            self.assertEqual(self.refused(path, headers=[("Sec-Fetch-Site", "cross-site")]), (403, "forbidden"))
            self.assertEqual(self.refused(path, host="evil.example"), (421, "misdirected_request"))
        with self.follow(headers=[("Origin", f"http://localhost:{self.server.port}")]) as own:
            own.say({"action": "ping"})
            self.assertEqual(own.hear(), {"type": "pong"})

    def test_a_session_must_be_a_label(self):
        self.assertEqual(self.refused("/ws/chat/" + "x" * 129), (422, "validation_error"))
        self.assertEqual(self.refused("/ws/chat/a%0Ab"), (422, "validation_error"))
        self.assertEqual(self.refused("/ws/nowhere"), (404, "not_found"))


class Events(Case):
    def test_uploads_are_followed_together(self):
        with self.follow() as web_socket:
            accepted = [self.server.upload(f"{n}.txt", samples.long_text(20_000)).json() for n in range(3)]
            ids = [each["operation_id"] for each in accepted]
            web_socket.say({"action": "subscribe", "operations": [*ids, NOWHERE]})
            left, events = set(ids), {each: [] for each in ids}
            first = web_socket.hear()
            self.assertEqual((first["error_type"], first["operation_id"]), ("not_found", NOWHERE))
            self.assertEqual(web_socket.hear(), {"type": "subscribed", "operations": ids})
            while left:
                event = web_socket.hear()
                events[event["operation_id"]].append(event)
                if event["processing_status"] != "processing":
                    left.remove(event["operation_id"])
        for each in ids:
            on_stream = [event.data for event in self.server.events(f"/v1/operations/{each}/events")]
            self.assertEqual(events[each], on_stream)

    def test_coming_back_misses_nothing_and_doubles_nothing(self):
        operation = self.server.upload("again.txt", samples.long_text(60_000)).json()["operation_id"]
        got, ended = [], False
        while not ended:
            with self.follow() as web_socket:
                after = {"after": {operation: got[-1]["sequence"]}} if got else {}
                web_socket.say({"action": "subscribe", "operations": [operation], **after})
                self.assertEqual(web_socket.hear()["type"], "subscribed")
                for _ in range(2):
                    got.append(web_socket.hear())
                    ended = got[-1]["processing_status"] != "processing"
                    if ended:
                        break
        self.assertEqual([event["sequence"] for event in got], list(range(1, len(got) + 1)))

    def test_commands_are_answered(self):
        accepted, _ = self.server.ingest("b.txt", samples.FACT)
        operation = accepted["operation_id"]
        with self.follow() as web_socket:
            web_socket.say({"action": "unsubscribe", "operations": [operation]})
            self.assertEqual(web_socket.hear(), {"type": "unsubscribed", "operations": [operation]})
            web_socket.say({"action": "subscribe", "operations": [operation], "after": {operation: 4000}})
            self.assertEqual(web_socket.hear()["type"], "subscribed")
            self.assertEqual(web_socket.hear()["type"], "snapshot")
            self.assertEqual(web_socket.hear()["processing_status"], "completed")
            for said, word in (("{", "bad_request"), ("[]", "validation_error"), ({"action": "x"}, "validation_error"),
                               ({"action": "subscribe"}, "validation_error"),
                               ({"action": "subscribe", "operations": [str(n) for n in range(101)]}, "validation_error")):
                web_socket.say(said)
                self.assertEqual(web_socket.hear()["error_type"], word, said)
            web_socket.say({"action": "ping"})
            self.assertEqual(web_socket.hear(), {"type": "pong"})
            web_socket.close()
            self.assertEqual((web_socket.rest(), web_socket.close_code), ([], 1000))


class BadInput(Case):
    def code(self, data, path="/v1/ws"):
        with WebSocket(self.server.port, path) as web_socket:
            try:
                web_socket.send_raw(data)
            except OSError:
                pass  # refused midway; the close frame is there all the same
            web_socket.rest()
            return web_socket.close_code

    def test_frames_that_may_not_be(self):
        for path in ("/v1/ws", "/ws/chat/s"):
            for data, code in ((frame(1, b"{}", mask=False), 1002), (frame(2, b"binary"), 1003), (frame(1, b"\xff"), 1007),
                               (frame(1, b" " * 65537), 1009), (frame(1, b" " * 1_000_000), 1009), (frame(3, b""), 1002),
                               (frame(1, b"", first=0xC0), 1002), (frame(0, b"x"), 1002), (frame(9, b"x" * 126), 1002),
                               (frame(1, b" " * 40_000, first=0) + frame(0, b" " * 40_000), 1009)):
                with self.subTest(path=path, data=data[:12]):
                    self.assertEqual(self.code(data, path), code)

    def test_floods(self):
        subscribe = json.dumps({"action": "subscribe", "operations": [NOWHERE]}).encode()
        self.assertEqual(self.code(b"".join(frame(1, subscribe) for _ in range(2000))), 1008)
        self.assertEqual(self.code(b"".join(frame(1, b'{"action":"ping"}') for _ in range(2000))), 1008)
        self.assertEqual(self.code(b"".join(frame(9, b"") for _ in range(2000)), "/ws/chat/s"), 1008)
        self.assertEqual(self.code(b"".join(frame(1, b"nonsense") for _ in range(30)), "/ws/chat/s"), 1008)

    def test_losses_are_noticed(self):
        self.wait_for_sockets(0)
        operation = self.server.post_json("/v1/operations", {"kind": "import", "steps": [{"name": "fetch", "percent": 0}]})
        for is_reset in (False, True):
            with self.subTest(is_reset=is_reset):
                with self.follow() as web_socket, self.talk() as other:
                    web_socket.say({"action": "subscribe", "operations": [operation.json()["operation_id"]]})
                    self.assertEqual(web_socket.hear()["type"], "subscribed")
                    self.wait_for_sockets(2)
                    if is_reset:
                        for each in (web_socket, other):
                            each.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.wait_for_sockets(0)
                report = self.server.post_json(operation.headers["location"] + "/events", {"content": "to nobody"})
                self.assertEqual(report.status, 202)

    def wait_for_sockets(self, count):
        """As many as that are counted, before long."""
        deadline = time.monotonic() + 20
        while f"\nwalrus_web_sockets {count}\n" not in (metrics := self.server.get("/metrics").body.decode()):
            self.assertLess(time.monotonic(), deadline, re.findall("walrus_web_sockets .*", metrics))
            time.sleep(0.01)


class Chat(Case):
    def test_a_turn_is_answered_as_on_the_stream(self):
        with self.talk() as web_socket:
            for turn in range(2):
                web_socket.say({"query": QUESTION, "retrieval_k": 3, "user_id": "ada"})
                events = web_socket.hear_until(lambda event: event["type"] in ("complete", "error"))
                self.assertEqual([e["step"] for e in events if e["type"] == "status"], samples.CHAT_STEPS)
                self.assertEqual([e["sequence"] for e in events], list(range(1, len(events) + 1)))
                self.assertEqual(events[-1]["metadata"]["session_id"], "session_001")
                text = "".join(e["content"] for e in events if e["type"] == "chunk")
                self.assertIn("1896", text)
                history = self.server.get("/v1/chat/conversations/ada/session_001/history").json()
                self.assertEqual(history["messages"][2 * turn + 1]["text"], text)
                stream = [e.data for e in self.server.events(f"/v1/operations/{events[0]['operation_id']}/events")]
                self.assertEqual(events, stream)

    def test_bad_questions_are_refused_and_the_socket_goes_on(self):
        with self.talk("strict") as web_socket:
            for said, word in (("{", "bad_request"), ({}, "validation_error"), ({"query": ""}, "validation_error"),
                               ({"query": "x" * 4001}, "validation_error"), ({"query": "x", "retrieval_k": 21}, "validation_error"),
                               ({"query": "x", "model": "none"}, "validation_error"), ({"action": "x"}, "validation_error"),
                               ({"action": "cancel"}, "conflict")):
                web_socket.say(said)
                self.assertEqual(web_socket.hear()["error_type"], word, said)
            web_socket.say({"query": QUESTION})
            self.assertEqual(web_socket.hear_until(lambda event: event["type"] in ("complete", "error"))[-1]["type"], "complete")
            web_socket.say({"query": QUESTION, "conversation_id": "conv#other"})
            web_socket.hear_until(lambda event: event["type"] == "complete")
        self.assertEqual(self.server.get("/v1/chat/conversations/u/other/history").json()["total"], 2)


class SlowModel(unittest.TestCase):
    """With a model that waits for the test, so that something can happen meanwhile."""

    def setUp(self):
        self.model = ModelServer()
        self.addCleanup(self.model.close)
        self.server = WalrusServer("--llm-url", self.model.url, "--llm-model", "test-model")
        self.addCleanup(self.server.close)
        self.server.start()
        self.server.ingest("notes.txt", samples.FACT)
        self.model.go.clear()

    def talk(self):
        return WebSocket(self.server.port, "/ws/chat/slow", "chat_socket")

    def ask(self, web_socket):
        """Asks, and gives the operation's id once the model is at work."""
        web_socket.say({"query": QUESTION, "model": "test-model"})
        return web_socket.hear_until(lambda event: event.get("step") == "generating_response")[-1]["operation_id"]

    def test_a_second_question_harms_nothing(self):
        with self.talk() as web_socket, self.talk() as other:
            operation = self.ask(web_socket)
            for each in (web_socket, other):
                each.say({"query": "And now?"})
                refused = each.hear()
                self.assertEqual((refused["error_type"], refused["operation_id"]), ("conflict", operation))
            answer = self.server.post_json("/v1/chat/", {"query": "x", "session_id": "slow", "stream": False})
            self.assertEqual((answer.status, answer.json()["operation_id"]), (409, operation))
            self.model.go.set()
            events = web_socket.hear_until(lambda event: event["type"] in ("complete", "error"))
            self.assertEqual(events[-1]["type"], "complete")

    def test_cancel_ends_the_turn(self):
        with self.talk() as web_socket:
            operation = self.ask(web_socket)
            web_socket.say({"action": "cancel"})
            events = web_socket.hear_until(lambda event: event["type"] in ("complete", "error"))
            self.assertEqual(events[-1]["error_type"], "cancelled")
            status = self.server.get(f"/v1/operations/{operation}").json()
            self.assertEqual((status["processing_status"], status["error"]["type"]), ("failed", "cancelled"))
            self.model.go.set()
            self.ask(web_socket)
            self.assertEqual(web_socket.hear_until(lambda event: event["type"] in ("complete", "error"))[-1]["type"], "complete")

    def test_a_turn_goes_on_without_its_socket(self):
        with self.talk() as web_socket:
            operation = self.ask(web_socket)
        self.model.go.set()
        self.assertEqual(self.server.wait_for_status(f"/v1/operations/{operation}")["processing_status"], "completed")

    def test_the_end_of_the_server_is_said(self):
        with self.talk() as web_socket, WebSocket(self.server.port, "/v1/ws", "events_socket") as other:
            self.model.go.set()
            self.ask(web_socket)
            web_socket.hear_until(lambda event: event["type"] == "complete")
            ended = threading.Thread(target=self.server.stop)
            ended.start()
            for each in (web_socket, other):
                self.assertEqual((each.rest(), each.close_code), ([], 1001))
                each.close(1001)
                each.socket.close()
            ended.join()
        self.assertEqual(self.server.process.returncode, 0)


if __name__ == "__main__":
    unittest.main()
