"""Does what procedures ask for, with httpx: `SyncWire` for threads, `AsyncWire` for asyncio.

A method is written once, as a procedure; `call`, `each` and the classes of `Resource` make the
blocking or the awaitable one of it, for readers and type checkers alike."""
from __future__ import annotations

import asyncio
import functools
import time
from typing import (TYPE_CHECKING, Any, AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Dict, Generator, Generic,
                    Iterator, Optional, Type, TypeVar, Union, overload)

import httpx

from .errors import ConnectionLostError, WalrusError
from .exchange import Answer, Close, Effect, Emit, Feed, Form, Open, Procedure, Read, Request, Send, Sleep

if TYPE_CHECKING:
    from typing_extensions import Concatenate, ParamSpec

    P = ParamSpec("P")
else:
    P = TypeVar("P")  # Python 3.9 has no ParamSpec; only type checkers need one

T = TypeVar("T")


class Sync:
    """Marks what blocks."""


class Async:
    """Marks what is awaited."""


M = TypeVar("M")


# --- httpx

def _arguments(request: Request) -> Dict[str, Any]:
    """Those of httpx's build_request."""
    timeout = httpx.Timeout(request.patience, connect=min(request.patience, 10.0))
    arguments: Dict[str, Any] = {"method": request.method, "url": request.path, "headers": dict(request.headers),
                                 "params": dict(request.query), "timeout": timeout}
    if isinstance(request.content, Form):
        arguments["files"] = {"file": (request.content.filename, request.content.file)}
        if request.content.metadata is not None:
            arguments["data"] = {"metadata": request.content.metadata}
    elif request.content is not None:
        arguments["content"] = request.content
    return arguments


def _answer(response: httpx.Response, body: bytes = b"") -> Answer:
    return Answer(response.status_code, {name.lower(): value for name, value in response.headers.items()}, body)


def _closed() -> WalrusError:
    return WalrusError("The client was closed.")


def _lost(error: httpx.RequestError) -> ConnectionLostError:
    stalled = isinstance(error, httpx.ReadTimeout)
    what = "Nothing came for too long" if stalled else "The connection to the server was lost or never made"
    return ConnectionLostError(f"{what} ({type(error).__name__}).", stalled=stalled)


# --- Threads

class SyncRun:
    """One procedure's run; what it has open is closed with it."""

    def __init__(self, wire: SyncWire) -> None:
        self._wire = wire
        self._response: Optional[httpx.Response] = None
        self._pieces: Iterator[bytes] = iter(())

    def perform(self, effect: Effect) -> Any:
        try:
            return self._perform(effect)
        except httpx.RequestError as error:
            raise _lost(error) from error

    def _perform(self, effect: Effect) -> Any:
        client = self._wire.client
        if client.is_closed and isinstance(effect, (Send, Open)):
            raise _closed()
        if isinstance(effect, Send):
            response = client.send(client.build_request(**_arguments(effect.request)))
            return _answer(response, response.content)
        if isinstance(effect, Read):
            return next(self._pieces, b"")
        if isinstance(effect, Sleep):
            return self._wire.sleep(effect.seconds)
        self.close()
        if isinstance(effect, Open):
            self._response = client.send(client.build_request(**_arguments(effect.request)), stream=True)
            self._pieces = self._response.iter_bytes()
            return _answer(self._response)
        return None

    def close(self) -> None:
        response, self._response, self._pieces = self._response, None, iter(())
        if response is not None:
            response.close()


class SyncWire:
    def __init__(self, client: httpx.Client, sleep: Callable[[float], None] = time.sleep) -> None:
        self.client = client
        self.sleep = sleep

    def run(self, procedure: Procedure[T]) -> T:
        run = SyncRun(self)
        try:
            wanted = next(procedure)
            while True:
                try:
                    outcome = run.perform(wanted)
                except Exception as error:  # noqa: BLE001 - it is the procedure's to judge
                    wanted = procedure.throw(error)
                else:
                    wanted = procedure.send(outcome)
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            run.close()

    def iterate(self, feed: Feed[T]) -> Generator[T, None, None]:
        run = SyncRun(self)
        try:
            wanted = next(feed)
            while True:
                try:
                    outcome = None
                    if isinstance(wanted, Emit):
                        yield wanted.value
                    else:
                        outcome = run.perform(wanted)
                except Exception as error:  # noqa: BLE001 - it is the feed's to judge
                    wanted = feed.throw(error)
                else:
                    wanted = feed.send(outcome)
        except StopIteration:
            return
        finally:
            run.close()


# --- asyncio

class AsyncRun:
    """As SyncRun."""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire
        self._response: Optional[httpx.Response] = None
        self._pieces: Optional[AsyncIterator[bytes]] = None

    async def perform(self, effect: Effect) -> Any:
        try:
            return await self._perform(effect)
        except httpx.RequestError as error:
            raise _lost(error) from error

    async def _perform(self, effect: Effect) -> Any:
        client = self._wire.client
        if client.is_closed and isinstance(effect, (Send, Open)):
            raise _closed()
        if isinstance(effect, Send):
            response = await client.send(client.build_request(**_arguments(effect.request)))
            return _answer(response, response.content)
        if isinstance(effect, Read):
            return await self._read()
        if isinstance(effect, Sleep):
            return await self._wire.sleep(effect.seconds)
        await self.close()
        if isinstance(effect, Open):
            self._response = await client.send(client.build_request(**_arguments(effect.request)), stream=True)
            self._pieces = self._response.aiter_bytes()
            return _answer(self._response)
        return None

    async def _read(self) -> bytes:
        if self._pieces is not None:
            async for piece in self._pieces:
                return piece
        return b""

    async def close(self) -> None:
        response, self._response, self._pieces = self._response, None, None
        if response is not None:
            await response.aclose()


class AsyncWire:
    def __init__(self, client: httpx.AsyncClient, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self.client = client
        self.sleep = sleep

    async def run(self, procedure: Procedure[T]) -> T:
        run = AsyncRun(self)
        try:
            wanted = next(procedure)
            while True:
                try:
                    outcome = await run.perform(wanted)
                except Exception as error:  # noqa: BLE001 - it is the procedure's to judge
                    wanted = procedure.throw(error)
                else:
                    wanted = procedure.send(outcome)
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            await run.close()

    async def iterate(self, feed: Feed[T]) -> AsyncGenerator[T, None]:
        run = AsyncRun(self)
        try:
            wanted = next(feed)
            while True:
                try:
                    outcome = None
                    if isinstance(wanted, Emit):
                        yield wanted.value
                    else:
                        outcome = await run.perform(wanted)
                except Exception as error:  # noqa: BLE001 - it is the feed's to judge
                    wanted = feed.throw(error)
                else:
                    wanted = feed.send(outcome)
        except StopIteration:
            return
        finally:
            await run.close()


# --- One spelling for both

class Resource(Generic[M]):
    """What has methods that a wire runs. `M` says which: Sync or Async."""

    def __init__(self, wire: Union[SyncWire, AsyncWire]) -> None:
        self._wire = wire


class _Method:
    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        functools.update_wrapper(self, function)


class call(_Method, Generic[P, T]):  # noqa: N801 - a decorator
    """Makes a method of a procedure: one that blocks, or one that is awaited."""

    def __init__(self, function: Callable[Concatenate[Any, P], Procedure[T]]) -> None:
        super().__init__(function)

    @overload
    def __get__(self, instance: Resource[Sync], owner: Type[Any]) -> Callable[P, T]: ...
    @overload
    def __get__(self, instance: Resource[Async], owner: Type[Any]) -> Callable[P, Coroutine[Any, Any, T]]: ...
    @overload
    def __get__(self, instance: None, owner: Type[Any]) -> call[P, T]: ...

    def __get__(self, instance: Any, owner: Type[Any]) -> Any:
        if instance is None:
            return self

        @functools.wraps(self.function)
        def bound(*arguments: Any, **named: Any) -> Any:
            return instance._wire.run(self.function(instance, *arguments, **named))

        return bound


class each(_Method, Generic[P, T]):  # noqa: N801 - a decorator
    """Makes a method of a feed: its values are iterated over, with `for` or `async for`."""

    def __init__(self, function: Callable[Concatenate[Any, P], Feed[T]]) -> None:
        super().__init__(function)

    @overload
    def __get__(self, instance: Resource[Sync], owner: Type[Any]) -> Callable[P, Generator[T, None, None]]: ...
    @overload
    def __get__(self, instance: Resource[Async], owner: Type[Any]) -> Callable[P, AsyncGenerator[T, None]]: ...
    @overload
    def __get__(self, instance: None, owner: Type[Any]) -> each[P, T]: ...

    def __get__(self, instance: Any, owner: Type[Any]) -> Any:
        if instance is None:
            return self

        @functools.wraps(self.function)
        def bound(*arguments: Any, **named: Any) -> Any:
            return instance._wire.iterate(self.function(instance, *arguments, **named))

        return bound
