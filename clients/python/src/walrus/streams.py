"""What a method that follows gives: an iterable of events that knows how its operations stand."""
from __future__ import annotations

from typing import Any, AsyncGenerator, AsyncIterator, Dict, Generator, Generic, Iterator, Optional, TypeVar

from .events import Event
from .exchange import Procedure
from .follow import Following, OperationFollowing
from .follow_many import ManyFollowing
from .state import OperationState
from .wire import Async, AsyncWire, M, Resource, Sync, SyncWire, call

F = TypeVar("F", bound=Following)


class _Stream(Resource[M], Generic[M, F]):
    _following: F

    @property
    def transport(self) -> str:
        """How events come now: "events", "long-poll" or "poll"."""
        return self._following.transport

    @property
    def last_event_id(self) -> Optional[str]:
        """Of the last event that came: as `after`, another stream goes on behind it."""
        return self._following.last_id


class _OfOne(_Stream[M, OperationFollowing]):
    @property
    def state(self) -> OperationState:
        """How the operation stood at the last event."""
        return self._following.state

    @property
    def operation_id(self) -> Optional[str]:
        """None until the server has named it."""
        return self._following.operation_id

    @call
    def cancel(self) -> Procedure[bool]:
        """Wishes the operation to end: whether it will end as cancelled. False where it had ended before."""
        return self._following.cancel()


class EventStream(_Stream[Sync, F]):
    """Iterate over it with `for`; `with` closes its connection early."""

    def __init__(self, wire: SyncWire, following: F) -> None:
        super().__init__(wire)
        self._following = following
        self._events: Generator[Event, None, None] = wire.iterate(following.feed())

    def __iter__(self) -> Iterator[Event]:
        return self._events

    def close(self) -> None:
        self._events.close()

    def __enter__(self: S) -> S:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


class AsyncEventStream(_Stream[Async, F]):
    """Iterate over it with `async for`; `async with` closes its connection early."""

    def __init__(self, wire: AsyncWire, following: F) -> None:
        super().__init__(wire)
        self._following = following
        self._events: AsyncGenerator[Event, None] = wire.iterate(following.feed())

    def __aiter__(self) -> AsyncIterator[Event]:
        return self._events

    async def close(self) -> None:
        await self._events.aclose()

    async def __aenter__(self: S) -> S:
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self.close()


S = TypeVar("S")


class OperationStream(EventStream[OperationFollowing], _OfOne[Sync]):
    """One operation's events. Iterating ends with the operation, also where it fails."""

    def wait(self) -> OperationState:
        """Reads to the end, and gives the last state; a failure is raised as an OperationFailedError."""
        for _ in self:
            pass
        return self._following.succeeded()

    def text(self) -> str:
        """As wait(), and gives the whole answer."""
        return self.wait().text


class AsyncOperationStream(AsyncEventStream[OperationFollowing], _OfOne[Async]):
    """One operation's events. Iterating ends with the operation, also where it fails."""

    async def wait(self) -> OperationState:
        """Reads to the end, and gives the last state; a failure is raised as an OperationFailedError."""
        async for _ in self:
            pass
        return self._following.succeeded()

    async def text(self) -> str:
        """As wait(), and gives the whole answer."""
        return (await self.wait()).text


class ManyStream(EventStream[ManyFollowing]):
    """Events of many operations, told apart by `operation_id`."""

    @property
    def states(self) -> Dict[str, OperationState]:
        """How each stood at its last event."""
        return self._following.states


class AsyncManyStream(AsyncEventStream[ManyFollowing]):
    """Events of many operations, told apart by `operation_id`."""

    @property
    def states(self) -> Dict[str, OperationState]:
        """How each stood at its last event."""
        return self._following.states
