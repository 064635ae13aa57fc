"""How a request is made: keys that make repeats harmless, patience, backoff, and answers that are kept."""
from __future__ import annotations

import json
import random
import threading
import uuid
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any, Callable, Dict, Mapping, Optional, Tuple

from .errors import (ConnectionLostError, RateLimitedError, UnavailableError, UpstreamError, UpstreamTimeoutError, WalrusError,
                     error_of)
from .exchange import Answer, Emit, Feed, Form, Procedure, Request, Send, Sleep

KEPT_ANSWERS = 256


@dataclass(frozen=True)
class Patience:
    """Every bound of a client's waiting, in seconds."""

    answer: float = 30.0  # until something of an answer comes
    work: float = 150.0  # where the server works before it answers: a chat that is not streamed
    stall: float = 40.0  # of a stream; the server says something at least every 15
    long_poll: int = 20
    poll: float = 1.5  # between two polls
    first_backoff: float = 0.5
    longest_backoff: float = 20.0
    longest_retry_after: float = 60.0  # a longer one is the caller's to wait for
    attempts: int = 8  # in a row without anything gained; then the error is the caller's


class Core:
    """Draws every delay from `uniform`, so that a test may say what comes of it."""

    def __init__(self, patience: Patience = Patience(), uniform: Callable[[float, float], float] = random.uniform) -> None:
        self.patience = patience
        self._uniform = uniform
        self._kept: OrderedDict[Tuple[str, str], Tuple[str, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    # --- Requests

    def get(self, path: str, query: Optional[Mapping[str, Any]] = None) -> Procedure[Any]:
        """JSON. Where the server has an ETag for it, an answer that has not changed is not sent again."""
        answer = yield from self.get_answer(path, query)
        return parsed(answer)

    def get_answer(self, path: str, query: Optional[Mapping[str, Any]] = None) -> Procedure[Answer]:
        named = texts(query or {})
        place = (path, json.dumps(named, sort_keys=True))
        with self._lock:
            etag, body = self._kept.get(place, ("", b""))
        headers = {"If-None-Match": etag} if etag else {}
        answer = yield from self.send(Request("GET", path, named, headers, patience=self.patience.answer))
        if answer.status == 304:
            return Answer(200, answer.headers, body)
        self._keep(place, answer)
        return answer

    def _keep(self, place: Tuple[str, str], answer: Answer) -> None:
        if "etag" not in answer.headers:
            return
        with self._lock:
            self._kept[place] = (answer.headers["etag"], answer.body)
            self._kept.move_to_end(place)
            if len(self._kept) > KEPT_ANSWERS:
                self._kept.popitem(last=False)

    def pages(self, path: str, query: Mapping[str, Any], member: Optional[str] = None) -> Feed[Any]:
        """Every entry of a list, or of a list that is the member of an object; the next page's cursor is in
        a header or beside it."""
        cursor: Optional[str] = None
        while True:
            answer = yield from self.get_answer(path, {**query, "cursor": cursor})
            page = parsed(answer)
            for entry in page[member] if member else page:
                yield Emit(entry)
            cursor = answer.headers.get("x-next-cursor") or (page.get("next_cursor") if member else None)
            if cursor is None:
                return

    def delete(self, path: str) -> Procedure[Any]:
        """Where the answer of a deletion was lost, the repeat's is a NotFoundError."""
        answer = yield from self.send(Request("DELETE", path, patience=self.patience.answer))
        return parsed(answer)

    def post(self, path: str, value: Any, *, key: Optional[str] = None, patience: Optional[float] = None) -> Procedure[Any]:
        """JSON. An Idempotency-Key goes along, so that asking again is never more work."""
        request = self.json_request("POST", path, value, {"Idempotency-Key": key or new_key(), "Accept": "application/json"})
        answer = yield from self.send(with_patience(request, patience or self.patience.answer))
        return parsed(answer)

    def send_form(self, method: str, path: str, form: Form, key: Optional[str]) -> Procedure[Any]:
        request = Request(method, path, headers={"Idempotency-Key": key or new_key()}, content=form,
                          patience=self.patience.answer)
        answer = yield from self.send(request)
        return parsed(answer)

    @staticmethod
    def json_request(method: str, path: str, value: Any, headers: Mapping[str, str]) -> Request:
        return Request(method, path, headers={"Content-Type": "application/json", **headers},
                       content=json.dumps(value, ensure_ascii=False).encode())

    # --- Asking again

    def send(self, request: Request) -> Procedure[Answer]:
        """The answer, once there is one that no repeat can better. Whatever is sent is safe to repeat."""
        failures = 0
        while True:
            try:
                answer: Answer = yield Send(request)
                if answer.status < 400:
                    return answer
                raise error_of(answer.status, answer.headers, answer.body)
            except WalrusError as error:
                failures += 1
                if failures >= self.patience.attempts or not self.is_worth_repeating(error):
                    raise
                yield Sleep(self.delay(failures, error.retry_after))

    def is_worth_repeating(self, error: WalrusError) -> bool:
        """A server that is away or busy may be back. An answer about an operation is final: it was worked on."""
        if (error.retry_after or 0) > self.patience.longest_retry_after:
            return False
        if isinstance(error, ConnectionLostError):
            return True
        passing = isinstance(error, (RateLimitedError, UnavailableError, UpstreamError, UpstreamTimeoutError))
        return (passing or error.status == 408) and error.operation_id is None

    def delay(self, failures: int, retry_after: Optional[float] = None, first: Optional[float] = None) -> float:
        """Exponential, with full jitter, so that clients of a server that comes back do not come all at once."""
        reach = (first or self.patience.first_backoff) * 2 ** max(0, failures - 1)
        jitter = self._uniform(0, min(reach, self.patience.longest_backoff))
        return (retry_after or 0) + jitter


def parsed(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except ValueError:
        raise WalrusError("What answered is no Walrus server, or a proxy in front of it: the answer is no JSON.",
                          status=answer.status) from None


def new_key() -> str:
    return str(uuid.uuid4())


def texts(query: Mapping[str, Any]) -> Dict[str, str]:
    """A query's values as they are sent; one that is None is left out."""
    return {name: str(value) for name, value in query.items() if value is not None}


def given(**members: Any) -> Dict[str, Any]:
    """Those that are not None."""
    return {name: value for name, value in members.items() if value is not None}


def with_patience(request: Request, patience: float) -> Request:
    return replace(request, patience=patience)


