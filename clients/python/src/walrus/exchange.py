"""What the client's logic asks for, without doing any of it itself.

Everything that takes time is a *procedure*: a generator that yields what it wants done (`Send`,
`Sleep`, …) and is sent what came of it. `wire.py` does it, once for threads and once for asyncio; a
test does it with a script."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, BinaryIO, Callable, Generator, Generic, Mapping, Optional, TypeVar, Union

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Form:
    """A multipart form of one file. `file` is read from its beginning each time it is sent."""

    filename: str
    file: BinaryIO
    metadata: Optional[str]  # JSON


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: Union[bytes, Form, None] = None
    patience: float = 30.0  # seconds; for so long nothing at all may come


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes = b""


@dataclass(frozen=True)
class Send:
    """Gives the whole Answer, or raises ConnectionLostError."""

    request: Request


@dataclass(frozen=True)
class Open:
    """Gives an Answer without its body, which `Read` then gives in pieces. A run has one open at a time."""

    request: Request


@dataclass(frozen=True)
class Read:
    """Gives what came of the open answer's body, b"" at its end; or raises ConnectionLostError."""


@dataclass(frozen=True)
class Close:
    """Closes what is open, if anything is."""


@dataclass(frozen=True)
class Sleep:
    seconds: float


@dataclass(frozen=True)
class Emit(Generic[T_co]):
    """Hands a value to whoever iterates."""

    value: T_co


Effect = Union[Send, Open, Read, Close, Sleep]
Procedure = Generator[Effect, Any, T]
Feed = Generator[Union[Effect, Emit[T]], Any, None]


def drained(feed: Feed[T]) -> Procedure[None]:
    """A feed as a procedure, for what it does and not for its values."""
    wanted: Any = next(feed, None)
    while wanted is not None:
        try:
            outcome = None if isinstance(wanted, Emit) else (yield wanted)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the feed's to judge
            wanted = _next_of(feed.throw, error)
        else:
            wanted = _next_of(feed.send, outcome)


def _next_of(go_on: Callable[[Any], Any], outcome: Any) -> Any:
    """What a feed wants next; None at its end."""
    try:
        return go_on(outcome)
    except StopIteration:
        return None
