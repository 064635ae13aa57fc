"""A pipeline of your own, told step by step: `with client.operation("import", ["fetch", "load"]) as op:`.

Reports go out beside the work, so that neither its time nor its end depends on the server: one that
is away gets them when it is back, and one that refuses them is said at the next call and in the log."""
from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from typing import Any, Callable, ContextManager, Dict, Iterator, List, Mapping, Optional, Sequence, Union

from .core import Core, given, parsed
from .errors import CancelRequested, ValidationError, WalrusError, error_of
from .exchange import Answer, Procedure, Send
from .redaction import described
from .reports import ReportQueue
from .shapes import ExternalStatus
from .wire import AsyncWire, SyncWire

LONGEST_MESSAGE = 500  # characters, as the server takes them
DRAIN_SECONDS = 10.0  # how long an end waits for the server to take it

# A step is its name, or an object with `percent` and `message` too, as in NewOperation.
Steps = Sequence[Union[str, Mapping[str, Any]]]

log = logging.getLogger("walrus")


def planned(steps: Steps) -> List[Dict[str, Any]]:
    """Steps that have no percentage share the way evenly."""
    named: List[Dict[str, Any]] = [{"name": step} if isinstance(step, str) else dict(step) for step in steps]
    return [{"percent": 100 * place // len(named), **step} for place, step in enumerate(named)]


class _Reporting:
    """What both kinds have in common. Its methods wait for nothing."""

    def __init__(self, core: Core, plan: Dict[str, Any], clock: Callable[[], float], secrets: Sequence[Optional[str]]) -> None:
        self._core = core
        self._plan = plan
        self._clock = clock
        self._secrets = secrets
        self._names = [step["name"] for step in plan["steps"]]
        self._queue = ReportQueue(clock())
        self._failures = 0
        self._refused: Optional[WalrusError] = None
        self.operation_id = ""  # once it has begun
        self.cancel_requested = False  # somebody wants the work to stop; the end will be `cancelled`

    def step(self, name: str, *, done: Optional[int] = None, total: Optional[int] = None, message: Optional[str] = None,
             metadata: Optional[Mapping[str, Any]] = None) -> None:
        """A step was reached, or `done` of its `total` are. Raises CancelRequested where the work is to stop."""
        if name not in self._names:
            raise ValueError(f"'{name}' is no step of this operation; its steps are {', '.join(self._names)}.")
        if (done is None) != (total is None):
            raise ValueError("done and total say something together alone.")
        self._check()
        shown = message if message is None else message[:LONGEST_MESSAGE]
        with self._changing():
            self._queue.progress(self._clock(), given(step=name, done=done, total=total, message=shown, metadata=metadata))

    def write(self, text: str) -> None:
        """Text for whoever watches, as a chunk: 4 MiB at most, the rest is left out and the log says so."""
        self._check()
        with self._changing():
            before = self._queue.truncated
            self._queue.text(self._clock(), text)
            if self._queue.truncated and not before:
                log.warning("Operation %s has all the text that one may have; what follows is left out.", self.operation_id)

    def _check(self) -> None:
        if self._refused:
            raise self._refused
        if self.cancel_requested:
            raise CancelRequested("Somebody wants this work to stop.", error_type="cancelled", operation_id=self.operation_id)

    def _changing(self) -> ContextManager[None]:
        """A context in which the queue is changed; whoever sends looks at it after."""
        raise NotImplementedError

    # --- For those who send

    def _begin(self) -> Procedure[None]:
        begun: ExternalStatus = yield from self._core.post("/v1/operations", self._plan)
        self.operation_id = begun["operation_id"]
        self._queue = ReportQueue(self._clock())

    def _deliver(self, reports: List[Dict[str, Any]]) -> Procedure[None]:
        """One attempt."""
        request = self._core.json_request("POST", f"/v1/operations/{self.operation_id}/events", reports, {})
        try:
            answer: Answer = yield Send(request)
            if answer.status >= 400:
                raise error_of(answer.status, answer.headers, answer.body)
        except WalrusError as error:
            self._failed(error)
        else:
            self._failures = 0
            self.cancel_requested = self.cancel_requested or parsed(answer)["cancel_requested"]
            self._queue.done()

    def _failed(self, error: WalrusError) -> None:
        if self._core.is_worth_repeating(error):
            self._failures += 1
            self._queue.failed(self._clock(), self._core.delay(self._failures, error.retry_after))
            return
        self._refused = error
        if isinstance(error, ValidationError):
            self._queue.refused()
        else:
            self._queue.close()
        log.warning("Reports of operation %s are refused: %s", self.operation_id, error)

    def _end(self, error: Optional[BaseException]) -> None:
        report: Dict[str, Any] = {"status": "completed"}
        if isinstance(error, CancelRequested):
            report = {"status": "failed", "error": {"type": "cancelled", "message": "It was cancelled, and has stopped."}}
        elif error is not None:
            kind = "internal" if isinstance(error, Exception) else "interrupted"
            report = {"status": "failed", "error": {"type": kind, "message": described(error, self._secrets)}}
        with self._changing():
            self._queue.end(self._clock(), report)

    def _give_up(self) -> None:
        """What has not arrived by now is not sent any more."""
        if not self._queue.finished:
            self._queue.close()
            log.warning("The end of operation %s has not reached the server in %g s.", self.operation_id, DRAIN_SECONDS)


class Operation(_Reporting):
    """For threads: reports go out on one of its own."""

    def __init__(self, wire: SyncWire, core: Core, plan: Dict[str, Any], *, clock: Callable[[], float] = time.monotonic,
                 secrets: Sequence[Optional[str]] = ()) -> None:
        super().__init__(core, plan, clock, secrets)
        self._wire = wire
        self._changed = threading.Condition()
        self._sender = threading.Thread(target=self._send, name="walrus-operation", daemon=True)

    def __enter__(self) -> Operation:
        self._wire.run(self._begin())
        self._sender.start()
        return self

    def __exit__(self, _: Any, error: Optional[BaseException], __: Any) -> None:
        self._end(error)
        self._sender.join(DRAIN_SECONDS)
        self._give_up()

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        with self._changed:
            yield
            self._changed.notify()

    def _send(self) -> None:
        while not self._queue.finished:
            with self._changed:
                self._changed.wait(self._queue.seconds_to_next(self._clock()))
                reports = self._queue.take(self._clock())
            if reports:
                self._wire.run(self._deliver(reports))


class AsyncOperation(_Reporting):
    """For asyncio: reports go out in a task, which needs the loop to turn."""

    def __init__(self, wire: AsyncWire, core: Core, plan: Dict[str, Any], *, clock: Callable[[], float] = time.monotonic,
                 secrets: Sequence[Optional[str]] = ()) -> None:
        super().__init__(core, plan, clock, secrets)
        self._wire = wire
        self._changed = asyncio.Event()
        self._sender: Optional[asyncio.Task[None]] = None

    async def __aenter__(self) -> AsyncOperation:
        await self._wire.run(self._begin())
        self._sender = asyncio.ensure_future(self._send())
        return self

    async def __aexit__(self, _: Any, error: Optional[BaseException], __: Any) -> None:
        self._end(error)
        if self._sender:
            await asyncio.wait({self._sender}, timeout=DRAIN_SECONDS)
            self._sender.cancel()
        self._give_up()

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        yield
        self._changed.set()

    async def _send(self) -> None:
        while not self._queue.finished:
            try:
                await asyncio.wait_for(self._changed.wait(), self._queue.seconds_to_next(self._clock()))
            except asyncio.TimeoutError:
                pass
            self._changed.clear()
            reports = self._queue.take(self._clock())
            if reports:
                await self._wire.run(self._deliver(reports))


def plan_of(kind: str, steps: Steps, title: Optional[str], metadata: Optional[Mapping[str, Any]],
            timeout_seconds: Optional[int]) -> Dict[str, Any]:
    return given(kind=kind, steps=planned(steps), title=title, metadata=metadata, timeout_seconds=timeout_seconds)
