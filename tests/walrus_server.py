"""A real walrus in a data folder of its own, and what talks to it.

Every answer is held to contract/openapi.json as it comes in (contract.py)."""
import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import uuid

import contract

ROOT = pathlib.Path(os.environ.get("WALRUS_SOURCE_DIR") or pathlib.Path(__file__).resolve().parent.parent)
BUILD = pathlib.Path(os.environ.get("WALRUS_BUILD_DIR") or ROOT / "build/release")
PROGRAM = BUILD / "walrus"
# Sanitized builds are slower; nothing here waits longer than it must.
PATIENCE = 120


def clean_environment():
    """Without settings of the machine's own that would reach the server."""
    return {name: value for name, value in os.environ.items()
            if not name.startswith(("WALRUS_", "AWS_")) and not name.lower().endswith("_proxy")}


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers  # names in lower case
        self.body = body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:600]!r}"


class Event:
    """One server-sent event."""

    def __init__(self, identity, data):
        # A cursor, where the stream is of many operations.
        self.id = int(identity) if identity is not None and identity.isdigit() else identity
        self.data = json.loads(data)

    def __repr__(self):
        return f"{self.id}: {self.data}"


class Stream:
    """Reads server-sent events off an answer. Iterating ends with the stream."""

    def __init__(self, connection, answer):
        self.connection = connection
        self.answer = answer
        self.status = answer.status
        self.headers = {name.lower(): value for name, value in answer.getheaders()}
        self.retries = 0
        self.comments = 0

    def __iter__(self):
        identity, data = None, []
        while line := self.answer.readline():
            field, _, value = line.decode("utf-8").rstrip("\r\n").partition(":")
            value = value.removeprefix(" ")
            if not line.strip():
                if data:
                    yield Event(identity, "\n".join(data))
                identity, data = None, []
            elif field == "data":
                data.append(value)
            elif field == "id":
                identity = value
            elif field == "retry":
                self.retries += 1
            elif field == "":
                self.comments += 1
            else:
                raise AssertionError(f"a line that no stream has: {line!r}")
        self.close()

    def close(self):
        self.answer.close()
        self.connection.close()


def multipart(parts):
    """(content type, body) of parts: (name, filename or None, content)."""
    boundary = uuid.uuid4().hex
    body = bytearray()
    for name, filename, content in parts:
        disposition = f'form-data; name="{name}"'
        if filename is not None:
            disposition += f'; filename="{filename}"'
        body += f"--{boundary}\r\nContent-Disposition: {disposition}\r\n\r\n".encode()
        body += content if isinstance(content, bytes) else content.encode()
        body += b"\r\n"
    body += f"--{boundary}--\r\n".encode()
    return f"multipart/form-data; boundary={boundary}", bytes(body)


class WalrusServer:
    def __init__(self, *arguments):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="walrus-test-"))
        self.data = self.folder / "data"
        self.log_path = self.folder / "log"
        self.arguments = arguments
        self.process = None
        self.port = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.close()

    # --- Life

    def start(self, port=0):
        """Starts it, and waits until it takes work. Port 0 is any that is free."""
        port_file = self.data / "port"
        port_file.unlink(missing_ok=True)
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "serve", "--port", str(port), "--data-dir", self.data, *self.arguments],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder, env=clean_environment())
        deadline = time.monotonic() + PATIENCE
        while not port_file.exists() or not port_file.read_text().strip():
            self.expect_life(deadline)
        self.port = int(port_file.read_text())
        while self.get("/ready").status != 200:
            self.expect_life(deadline)

    def expect_life(self, deadline):
        if self.process.poll() is not None:
            raise AssertionError(f"walrus ended with {self.process.returncode}\n{self.log()[-4000:]}")
        if time.monotonic() > deadline:
            raise AssertionError(f"walrus is not ready\n{self.log()[-4000:]}")
        time.sleep(0.01)

    def kill(self):
        """As a power cut: no chance to tidy up."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """Asks it to end, and gives its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()
        elif self.process and self.process.returncode not in (0, -signal.SIGKILL):
            print(f"walrus ended with {self.process.returncode}\n{self.log()[-4000:]}", flush=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self):
        return self.log_path.read_text(errors="replace")

    # --- Talking

    def connect(self, timeout=PATIENCE):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def request(self, method, path, body=None, headers=None, documented=True):
        connection = self.connect()
        try:
            connection.request(method, path, body=body, headers=headers or {})
            got = connection.getresponse()
            answer = Answer(got.status, {n.lower(): v for n, v in got.getheaders()}, got.read())
        finally:
            connection.close()
        contract.check(method, path, answer, documented)
        return answer

    def get(self, path, **headers):
        return self.request("GET", path, headers={name.replace("_", "-"): v for name, v in headers.items()})

    def delete(self, path):
        return self.request("DELETE", path)

    def post_json(self, path, value, **headers):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        named = {name.replace("_", "-"): v for name, v in headers.items()}
        return self.request("POST", path, body, {"Content-Type": "application/json", **named})

    def put_json(self, path, value):
        return self.request("PUT", path, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def send_form(self, method, path, parts, **headers):
        content_type, body = multipart(parts)
        named = {name.replace("_", "-"): v for name, v in headers.items()}
        return self.request(method, path, body, {"Content-Type": content_type, **named})

    def upload(self, filename, content, metadata=None):
        parts = [("file", filename, content)]
        if metadata is not None:
            parts.append(("metadata", None, json.dumps(metadata)))
        return self.send_form("POST", "/v1/documents/", parts)

    def stream(self, path, method="GET", body=None, headers=None, timeout=PATIENCE):
        """The stream of an answer, or the whole answer where it is none."""
        connection = self.connect(timeout)
        named = {"Accept": "text/event-stream", **(headers or {})}
        if body is not None:
            body = json.dumps(body).encode()
            named["Content-Type"] = "application/json"
        connection.request(method, path, body=body, headers=named)
        got = connection.getresponse()
        if got.getheader("Content-Type", "").startswith("text/event-stream"):
            stream = Stream(connection, got)
            contract.check_stream_head(method, path, stream)
            return stream
        answer = Answer(got.status, {n.lower(): v for n, v in got.getheaders()}, got.read())
        connection.close()
        contract.check(method, path, answer)
        return answer

    def events(self, path, after=None):
        """Every event of a stream that ends by itself."""
        headers = {"Last-Event-ID": str(after)} if after is not None else {}
        events = list(self.stream(path, headers=headers))
        for event in events:
            contract.check_event("GET", path, event.data)
        return events

    # --- What many tests do

    def ingest(self, filename, content, metadata=None):
        """Uploads, waits for the end, and gives (the 202's object, the last status)."""
        answer = self.upload(filename, content, metadata)
        assert answer.status == 202, answer
        return answer.json(), self.wait_for_end(answer.json()["document_id"])

    def wait_for_end(self, document_id):
        return self.wait_for_status(f"/v1/documents/{document_id}/status")

    def wait_for_status(self, path):
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self.get(path)
            assert answer.status == 200, answer
            status = answer.json()
            if status["processing_status"] != "processing":
                return status
            assert time.monotonic() < deadline, status
            time.sleep(0.02)
