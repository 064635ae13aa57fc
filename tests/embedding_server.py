"""An OpenAI-compatible embedding server on loopback: equal texts get equal vectors, and what each model was asked is kept."""
import hashlib
import http.server
import json
import threading

DIMENSIONS = 8


def vector_of(text):
    digest = hashlib.sha256(text.encode()).digest()
    return [byte / 255 for byte in digest[:DIMENSIONS]]


class EmbeddingServer:
    def __init__(self):
        self.texts = {}  # by model, in the order of the requests
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                owner.texts.setdefault(asked["model"], []).extend(asked["input"])
                data = [{"index": i, "embedding": vector_of(text)} for i, text in enumerate(asked["input"])]
                body = json.dumps({"data": data}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}/v1"
