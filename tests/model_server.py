"""A model that says what a test tells it to: the OpenAI-compatible streaming API, on loopback."""
import http.server
import json
import threading


class ModelServer:
    """`pieces` are sent one by one, `pause` seconds apart; `status` other than 200 refuses; `break_after`
    pieces the connection is cut."""

    def __init__(self):
        self.pieces = ["The ", "lighthouse ", "was lit ", "in 1896."]
        self.pause = 0.0
        self.status = 200
        self.break_after = None
        self.asked = []
        # Set by a test that wants a model to wait before its first piece.
        self.go = threading.Event()
        self.go.set()
        self.closing = threading.Event()
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                self.answer(200, {"object": "list", "data": [{"id": "test-model", "object": "model"}]})

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                owner.asked.append(body)
                if owner.status != 200:
                    self.answer(owner.status, {"error": {"message": "refused by the test"}})
                    return
                try:
                    owner.speak(self)
                except OSError:
                    pass  # the asker went away
                self.close_connection = True

            def answer(self, status, value):
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def speak(self, handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Connection", "close")
        handler.end_headers()
        self.go.wait(60)
        for number, piece in enumerate(self.pieces):
            if number == self.break_after:
                return
            choice = {"index": 0, "delta": {"content": piece}, "finish_reason": None}
            self.send(handler, json.dumps({"object": "chat.completion.chunk", "choices": [choice]}))
            self.closing.wait(self.pause)
        end = {"index": 0, "delta": {}, "finish_reason": "stop"}
        self.send(handler, json.dumps({"object": "chat.completion.chunk", "choices": [end]}))
        self.send(handler, "[DONE]")

    @staticmethod
    def send(handler, data):
        handler.wfile.write(f"data: {data}\n\n".encode())
        handler.wfile.flush()

    def close(self):
        self.go.set()
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()
