"""The events of a stream, as types. `data` is what came, whole; a later server may send more."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping, Optional, Union


@dataclass(frozen=True)
class _Event:
    operation_id: Optional[str]
    sequence: int  # its place; 0 where it has none
    attempt: int
    data: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class StatusEvent(_Event):
    """A step was reached, or work in it was done."""

    status: str  # processing, completed or failed
    step: str
    message: str
    progress: Optional[int]  # None for a chat
    eta_seconds: Optional[float]
    metadata: Mapping[str, Any]


@dataclass(frozen=True)
class ChunkEvent(_Event):
    """The next piece of an answer, or of what a worker reports."""

    content: str


@dataclass(frozen=True)
class CompleteEvent(_Event):
    """A chat's turn is done and stored. Nothing follows."""

    metadata: Mapping[str, Any]


@dataclass(frozen=True)
class ErrorEvent(_Event):
    """A chat's turn failed and nothing follows; or, without `step`, what a stream of many cannot tell of."""

    error: str
    error_type: str
    step: Optional[str]
    retryable: bool


@dataclass(frozen=True)
class SnapshotEvent(_Event):
    """The state as it is, in place of events that are not kept."""

    kind: str
    status: Mapping[str, Any]
    content: str


@dataclass(frozen=True)
class UnknownEvent(_Event):
    """Of a type that this client does not know."""

    type: str


Event = Union[StatusEvent, ChunkEvent, CompleteEvent, ErrorEvent, SnapshotEvent, UnknownEvent]


def event_of(data: Mapping[str, Any], operation_id: Optional[str], sequence: int, attempt: int) -> Event:
    """An event's typed form. What it does not say itself about its place is as given."""
    place = (data.get("operation_id", operation_id), data.get("sequence", sequence), data.get("attempt", attempt), data)
    kind = data["type"]
    if kind == "status":
        return StatusEvent(
            *place, data.get("processing_status") or data["status"], data.get("processing_step") or data["step"],
            data["status_message"] if "status_message" in data else data["message"], data.get("progress_percentage"),
            data.get("eta_seconds"), data.get("status_metadata") or data.get("metadata") or {})
    if kind == "chunk":
        return ChunkEvent(*place, data["content"])
    if kind == "complete":
        return CompleteEvent(*place, data["metadata"])
    if kind == "error":
        return ErrorEvent(*place, data["error"], data["error_type"], data.get("step"), data.get("retryable", False))
    if kind == "snapshot":
        return SnapshotEvent(*place, data["kind"], data["status"], data["content"])
    return UnknownEvent(*place, kind)
