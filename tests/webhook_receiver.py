"""A receiver of webhooks on loopback that answers as a test says."""
import base64
import hashlib
import hmac
import http.server
import json
import threading
import time


class Message:
    def __init__(self, path, headers, body):
        self.path = path
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.id = self.headers["webhook-id"]
        self.body = body
        self.json = json.loads(body)

    def is_signed_with(self, secret):
        """Reckoned here by the specification's words alone."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        content = f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        return f"v1,{expected}" in self.headers["webhook-signature"].split(" ")


class WebhookReceiver:
    """`answers` are the statuses of the next messages, 204 behind them; `go` holds answers back."""

    def __init__(self):
        self.answers = []
        self.messages = []
        self.arrived = threading.Condition()
        self.go = threading.Event()
        self.go.set()
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with owner.arrived:
                    owner.messages.append(Message(self.path, self.headers, body))
                    status = owner.answers.pop(0) if owner.answers else 204
                    owner.arrived.notify_all()
                owner.go.wait(60)
                try:
                    self.send_response(status)
                    self.end_headers()
                except OSError:
                    pass  # the sender went away

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.go.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def url(self, path="/hook"):
        return f"http://127.0.0.1:{self.server.server_address[1]}{path}"

    def wait_for(self, wanted, seconds=60):
        """Waits until `wanted(messages)` holds, and gives the messages."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: wanted(self.messages), seconds), [m.json for m in self.messages]
            return list(self.messages)


def wait_for_delivery(server, name, wanted, seconds=60):
    """The newest delivery of the log, once `wanted(it)` holds."""
    deadline = time.monotonic() + seconds
    while True:
        answer = server.get(f"/v1/webhooks/{name}/deliveries")
        assert answer.status == 200, answer
        rows = answer.json()["deliveries"]
        if rows and wanted(rows[0]):
            return rows[0]
        assert time.monotonic() < deadline, rows
        time.sleep(0.02)
