"""A server that answers by a script, and a clock that only counts: no socket, and no time passes."""
import asyncio
import json

import httpx
from walrus import AsyncWalrusClient, WalrusClient


class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that comes in pieces; an exception among them is raised where it stands."""

    def __init__(self, *pieces):
        self.pieces = pieces

    def __iter__(self):
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    async def __aiter__(self):
        for piece in self:
            yield piece


class Asked:
    """One request as it was sent."""

    def __init__(self, request):
        self.method = request.method
        self.path = request.url.raw_path.decode()
        self.headers = request.headers
        self.body = request.content
        self.patience = request.extensions["timeout"]["read"]

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.method} {self.path}"


class Script:
    """Gives its answers one after the other: responses, or exceptions in their place."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []
        self.slept = []
        self.drawn = []  # the bounds of each delay that was drawn; the upper one is what comes of it

    def note(self, request):
        if not isinstance(request.stream, httpx.ByteStream):
            request.read()  # a form: it is built while it is sent
        self.asked.append(Asked(request))

    def __call__(self, request):
        self.note(request)
        assert self.answers, f"nobody answers {self.asked[-1]}"
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def sleep(self, seconds):
        self.slept.append(seconds)

    async def sleep_async(self, seconds):
        self.slept.append(seconds)

    def uniform(self, low, high):
        self.drawn.append((low, high))
        return high

    def client(self, **options):
        return WalrusClient("http://walrus.test", transport=httpx.MockTransport(self), sleep=self.sleep,
                            uniform=self.uniform, **options)

    def async_client(self, **options):
        async def handler(request):
            if not isinstance(request.stream, httpx.ByteStream):
                await request.aread()
            return self(request)

        return AsyncWalrusClient("http://walrus.test", transport=httpx.MockTransport(handler), sleep=self.sleep_async,
                                 uniform=self.uniform, **options)


def answer(value, status=200, **headers):
    named = {name.replace("_", "-"): str(one) for name, one in headers.items()}
    return httpx.Response(status, json=value, headers=named)


def problem(status, error_type, detail="It is so.", **more):
    headers = {"Retry-After": str(more.pop("retry_after"))} if "retry_after" in more else {}
    body = {"type": f"/errors/{error_type}", "title": "T", "status": status, "detail": detail, "status_code": status,
            "error_type": error_type, "request_id": "r-1", **more}
    return httpx.Response(status, json=body, headers={**headers, "Content-Type": "application/problem+json"})


def sse(*events, comment=False):
    """Bytes of a stream: each event is (id, data) or bytes as they are."""
    out = b": here I am\n\n" if comment else b""
    for event in events:
        out += event if isinstance(event, bytes) else f"id: {event[0]}\ndata: {json.dumps(event[1])}\n\n".encode()
    return out


def stream(*pieces, **headers):
    named = {"Content-Type": "text/event-stream", **{name.replace("_", "-"): one for name, one in headers.items()}}
    return httpx.Response(200, headers=named, stream=Pieces(*pieces))


OPERATION = "01980d3a-7c1e-7b3a-9c2d-5e6f7a8b9c0d"
DOCUMENT = "01980d3a-6a00-7f52-8a3e-3b1f6d0e4c11"


def status(sequence, percent=25, state="processing", operation=OPERATION, **more):
    """An upload's, in the document's shape."""
    return {"operation_id": operation, "kind": "document_upload", "document_id": DOCUMENT, "sequence": sequence, "attempt": 1,
            "processing_status": state, "processing_step": "extracting_text" if state == "processing" else "finished",
            "progress_percentage": percent, "status_message": f"At {percent}", "updated_at": "2026-01-01T00:00:00.000Z",
            "started_at": "2026-01-01T00:00:00.000Z", "eta_seconds": None, "status_metadata": {}, "error": None, **more}


def told(sequence, *arguments, **more):
    """The event of a status, as `sse` takes it."""
    return sequence, {"type": "status", **status(sequence, *arguments, **more)}


def failed(sequence, error_type="cancelled"):
    error = {"type": error_type, "message": "It was stopped.", "step": "extracting_text", "retryable": True}
    return told(sequence, 25, "failed", error=error)


def run_async(procedure):
    return asyncio.run(procedure)
