"""Follows operations to their end, whatever happens to the connections on the way.

A stream that is lost goes on after the last event that came. Where no stream gets through at all (a
proxy that buffers), it becomes a long poll, and where that does not, a plain poll; `transport` and a
warning of the logger "walrus" say so."""
from __future__ import annotations

import logging
from typing import Any, Callable, Dict, Mapping, Optional
from urllib.parse import quote

from .core import Core, parsed
from .errors import (ConflictError, ConnectionLostError, NotFoundError, UpstreamError, UpstreamTimeoutError, WalrusError, error_of,
                     failure_of)
from .events import Event, event_of
from .exchange import Answer, Close, Emit, Feed, Open, Procedure, Read, Request, Send, Sleep
from .sse import EventParser, LineTooLong, Message
from .state import INITIAL, KNOWN_TYPES, OperationState, is_about_stream, is_last, reduce

EVENTS, LONG_POLL, POLL = "events", "long-poll", "poll"
STRIKES = 2  # connections that brought nothing, before another transport is tried
POLL_GRACE = 10.0  # seconds that a long poll's answer may come late

log = logging.getLogger("walrus")


class NoStreamError(WalrusError):
    """What came in place of a stream is none, or brought nothing before it ended."""


class Following:
    """The part that is the same for one operation and for many."""

    def __init__(self, core: Core, path: str, query: Optional[Mapping[str, str]] = None, after: Optional[str] = None) -> None:
        self._core = core
        self._path = path
        self._query = query or {}
        self.last_id = after  # of the last event that came
        self._retry = core.patience.first_backoff
        self._strikes = 0
        self._gained = False  # whether something new came since the last failure
        self._heard = False  # whether the last connection brought anything at all
        self.transport = EVENTS
        self.done = False

    def feed(self) -> Feed[Event]:
        failures = 0
        while not self.done:
            try:
                yield from self._go_on()
                failures = 0
            except WalrusError as error:
                failures = 1 if self._gained else failures + 1
                self._gained = False
                yield Close()
                self._judge(error)
                if failures >= self._core.patience.attempts:
                    raise
                if not self.done:
                    yield Sleep(self._core.delay(failures, error.retry_after, self._retry))

    def _go_on(self) -> Feed[Event]:
        if self.transport == EVENTS:
            yield from self._stream(self._next_request())
        else:
            yield from self._poll()

    def _judge(self, error: WalrusError) -> None:
        """Raises what no repeat can better, and gives up on a transport that brings nothing."""
        cut = isinstance(error, (UpstreamError, UpstreamTimeoutError)) and error.operation_id is None  # by a proxy
        hopeless = isinstance(error, NoStreamError) or (cut and self.transport == LONG_POLL)
        stalled = isinstance(error, ConnectionLostError) and error.stalled
        if not hopeless and not self._core.is_worth_repeating(error):
            raise error
        if not (hopeless or (stalled and not self._heard)) or self.transport == POLL:
            return
        self._strikes += 1
        if self._strikes >= STRIKES:
            self._step_down()

    def _step_down(self) -> None:
        self._strikes = 0
        self.transport = LONG_POLL if self.transport == EVENTS else POLL
        log.warning("No %s of %s got through; going on by %s.", "stream" if self.transport == LONG_POLL else "long poll",
                    self._path, self.transport)

    # --- Streams

    def _next_request(self) -> Request:
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-store"}
        if self.last_id is not None:
            headers["Last-Event-ID"] = self.last_id
        return Request("GET", self._path, self._query, headers, patience=self._core.patience.stall)

    def _stream(self, request: Request) -> Feed[Event]:
        """The events of one connection. It returns once there is nothing more to come, and raises where it broke."""
        self._heard = False
        answer: Answer = yield Open(request)
        self._begun(answer)
        if answer.status == 204:
            yield from self._caught_up()
            return
        if answer.status != 200 or not answer.headers.get("content-type", "").startswith("text/event-stream"):
            raise (yield from self._refusal(answer))
        parser = EventParser()
        while not self.done:
            piece: bytes = yield Read()
            if not piece:
                raise ConnectionLostError("The stream ended before the operation.") if self._heard else NoStreamError(
                    "The stream ended without a word.")
            self._heard = True
            self._strikes = 0
            yield from self._read(parser, piece)
        yield Close()

    def _read(self, parser: EventParser, piece: bytes) -> Feed[Event]:
        try:
            messages = parser.feed(piece)
        except LineTooLong as error:
            raise NoStreamError(f"What came is no event stream: {error}.") from None
        if parser.retry_ms is not None:
            self._retry = parser.retry_ms / 1000
        for message in messages:
            yield from self._take(message)

    @staticmethod
    def _refusal(answer: Answer) -> Procedure[WalrusError]:
        body = b""
        while answer.status != 200:
            piece: bytes = yield Read()
            if not piece:
                return error_of(answer.status, answer.headers, body)
            body += piece
        return NoStreamError("The answer is no event stream.")

    def _take(self, message: Message) -> Feed[Event]:
        if message.id is not None:
            self.last_id = message.id
        event = self._folded(message.data, message.id)
        if event is not None:
            self._gained = True
            yield Emit(event)

    # --- What one and many do each in their way

    def _begun(self, answer: Answer) -> None:
        """Told of each answer's head."""

    def _caught_up(self) -> Feed[Event]:
        """The server says that nothing follows."""
        self.done = True
        yield from ()

    def _folded(self, data: Mapping[str, Any], identity: Optional[str]) -> Optional[Event]:
        """Takes an event in. None where it tells nothing new."""
        raise NotImplementedError

    def _poll(self) -> Feed[Event]:
        raise NotImplementedError


def is_news(before: OperationState, after: OperationState, data: Mapping[str, Any]) -> bool:
    unplaced = data["type"] not in KNOWN_TYPES and "sequence" not in data
    return after is not before or unplaced or is_about_stream(data)


class OperationFollowing(Following):
    """One operation, or a document's latest one. `state` is how it stands."""

    def __init__(self, core: Core, events_path: str, status_path: str, *, after: Optional[str] = None,
                 told: Optional[Callable[[OperationState], None]] = None) -> None:
        super().__init__(core, events_path, after=after)
        self._status_path = status_path
        self._told = told
        self.state: OperationState = INITIAL
        self.operation_id: Optional[str] = None
        self.user_id = "-"  # under whom a chat's text is asked for where no stream brings it

    def _begun(self, answer: Answer) -> None:
        self.operation_id = answer.headers.get("x-operation-id", self.operation_id)

    def _caught_up(self) -> Feed[Event]:
        if self.state.ended:
            self.done = True
        else:
            yield from self._poll()

    def _folded(self, data: Mapping[str, Any], identity: Optional[str]) -> Optional[Event]:
        before, self.state = self.state, reduce(self.state, data, identity)
        self.operation_id = self.state.operation_id or self.operation_id
        # Nothing follows the end that the state holds too; a late one of an earlier attempt is no end.
        self.done = self.done or (is_last(data) and self.state.ended)
        if not is_news(before, self.state, data):
            return None
        if self._told and self.state is not before:
            self._told(self.state)
        return event_of(data, self.state.operation_id, self.state.sequence, self.state.attempt)

    def _poll(self) -> Feed[Event]:
        """One poll; then a pause, but for a long poll that brought something."""
        status = yield from self._next_status()
        event = None if status is None else self._folded((yield from self._as_event(status)), None)
        self.done = self.state.ended
        if event is not None:
            yield Emit(event)
        if not self.done and (self.transport == POLL or event is None):
            yield Sleep(self._core.patience.poll)

    def _next_status(self) -> Procedure[Optional[Mapping[str, Any]]]:
        patience = self._core.patience
        known = {} if self.state is INITIAL else {"If-None-Match": f'"{self.state.sequence}"'}
        request = Request("GET", self._status_path, headers=known, patience=patience.answer)
        if self.transport == LONG_POLL and self.state is not INITIAL:
            query = {"wait": str(patience.long_poll), "after": str(self.state.sequence)}
            request = Request("GET", self._status_path, query, patience=patience.long_poll + POLL_GRACE)
        self._heard = False
        answer: Answer = yield Send(request)
        self._heard = True
        if answer.status >= 400:
            raise error_of(answer.status, answer.headers, answer.body)
        return None if answer.status == 304 else parsed(answer)

    def _as_event(self, status: Mapping[str, Any]) -> Procedure[Dict[str, Any]]:
        """A chat's as a snapshot: its text comes with its end, from its conversation."""
        if status["kind"] != "chat":
            return {"type": "status", **status}
        text = self.state.text
        if status["processing_status"] == "completed":
            text = (yield from self._stored_text(status)) or text
        return {"type": "snapshot", "operation_id": status["operation_id"], "sequence": status["sequence"], "kind": "chat",
                "status": status, "content": text}

    def _stored_text(self, status: Mapping[str, Any]) -> Procedure[Optional[str]]:
        path = f"/v1/chat/conversations/{quote(self.user_id, safe='')}/{quote(status['conversation_id'], safe='')}/history"
        try:
            history = yield from self._core.get(path, {"limit": 100})
        except NotFoundError:
            return None  # it is another user's conversation, or was deleted
        for message in history["messages"]:
            if message["role"] == "assistant" and message.get("operation_id") == status["operation_id"]:
                return str(message["text"])
        return None

    # --- What is done with it

    def cancel(self) -> Procedure[bool]:
        """Whether it will end as cancelled; it may have ended before."""
        if self.operation_id is None:
            raise WalrusError("There is nothing to cancel yet: no operation has begun.")
        try:
            yield from self._core.post(f"/v1/operations/{self.operation_id}/cancel", {})
        except ConflictError:
            return False
        return True

    def succeeded(self) -> OperationState:
        """The last state; a failure is raised."""
        if not self.state.ended:
            raise WalrusError("The stream was closed before the operation had ended.", operation_id=self.operation_id)
        if self.state.status != "completed":
            raise failure_of(self.state)
        return self.state
