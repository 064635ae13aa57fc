"""What is known of an operation, as the fold of its events.

The rules are those of contract/golden/README.md; the traces beside it hold every client to them."""
from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Dict, Mapping, Optional

KNOWN_TYPES = frozenset({"status", "chunk", "complete", "error", "snapshot"})
_IDENTITY = ("operation_id", "kind", "document_id", "conversation_id")


@dataclass(frozen=True)
class OperationState:
    """Named as on the wire. A state is never changed, only replaced by the next one."""

    operation_id: Optional[str] = None
    kind: Optional[str] = None
    document_id: Optional[str] = None
    conversation_id: Optional[str] = None
    attempt: int = 0  # counts what users asked for, from 1
    sequence: int = 0
    status: Optional[str] = None  # processing, completed or failed
    step: Optional[str] = None
    progress: Optional[int] = None  # 0 to 100, None for a chat; never falls within an attempt
    message: Optional[str] = None
    eta_seconds: Optional[float] = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    error: Optional[Mapping[str, Any]] = None  # type, message, step, retryable
    text: str = ""  # the answer so far, or what a worker reported
    ended: bool = False  # whether `status` is no longer `processing`

    def as_dict(self) -> Dict[str, Any]:
        return asdict(self)


INITIAL = OperationState()


def reduce(state: OperationState, event: Mapping[str, Any], identity: Optional[str] = None) -> OperationState:
    """The state after an event: the very same object where the event changes nothing, as a replay does.

    `identity` is the event's `id:` line, which is its sequence on one operation's stream; a cursor is none."""
    if is_about_stream(event):
        return state
    sequence = _sequence_of(event, identity)
    same = _is_same(state, event)
    if event["type"] == "snapshot":
        return _replaced(state, event, sequence or 0, same)
    if same and sequence is not None and sequence <= state.sequence:
        return state
    if event["type"] not in KNOWN_TYPES:
        return replace(state, sequence=sequence) if same and sequence is not None else state
    before = state if same else INITIAL
    attempt = event.get("attempt", before.attempt)
    if attempt < before.attempt:
        return state
    if attempt > before.attempt:
        before = _of_attempt(before, attempt)
    after = _changed(_identified(before, event), event)
    return after if sequence is None else replace(after, sequence=sequence)


def is_about_stream(event: Mapping[str, Any]) -> bool:
    """Whether an event tells what a stream cannot tell of, and not how an operation ended."""
    return event["type"] == "error" and "step" not in event


def is_last(event: Mapping[str, Any]) -> bool:
    """Whether nothing follows an event on its operation's stream."""
    if event["type"] == "snapshot":
        # A chat's `complete` follows the state of its end.
        return event["kind"] != "chat" and _has_ended(event["status"])
    return bool(event["type"] in ("complete", "error") or (event["type"] == "status" and _has_ended(event)))


def _has_ended(status: Mapping[str, Any]) -> bool:
    return bool(status.get("processing_status", "processing") != "processing")


def _sequence_of(event: Mapping[str, Any], identity: Optional[str]) -> Optional[int]:
    if "sequence" in event:
        return int(event["sequence"])
    return int(identity) if identity is not None and identity.isascii() and identity.isdigit() else None


def _is_same(state: OperationState, event: Mapping[str, Any]) -> bool:
    return state.operation_id is None or event.get("operation_id", state.operation_id) == state.operation_id


def _of_attempt(state: OperationState, attempt: int) -> OperationState:
    return replace(INITIAL, attempt=attempt, **{name: getattr(state, name) for name in _IDENTITY})


def _identified(state: OperationState, source: Mapping[str, Any]) -> OperationState:
    return replace(state, **{name: source[name] for name in _IDENTITY if name in source})


def _changed(state: OperationState, event: Mapping[str, Any]) -> OperationState:
    """What an event of a known type changes, within its attempt."""
    if event["type"] == "complete":
        status = state.status if state.ended else "completed"
        return replace(state, kind="chat", metadata=event["metadata"], status=status, ended=True)
    if state.ended:
        return state
    if event["type"] == "status":
        return _with_status(state, event)
    if event["type"] == "chunk":
        return replace(state, text=state.text + event["content"])
    error = {"type": event["error_type"], "message": event["error"], "step": event["step"], "retryable": event["retryable"]}
    return replace(state, status="failed", error=error, ended=True)


def _with_status(state: OperationState, source: Mapping[str, Any]) -> OperationState:
    """Of either shape: the document's, or the chat's."""
    if "processing_status" not in source:
        return replace(state, kind="chat", status=source["status"], step=source["step"], message=source["message"],
                       metadata=source.get("metadata", state.metadata), ended=source["status"] != "processing")
    return replace(
        state, status=source["processing_status"], step=source["processing_step"],
        progress=_higher(state.progress, source["progress_percentage"]), message=source["status_message"],
        eta_seconds=source["eta_seconds"], metadata=source["status_metadata"], error=source["error"],
        ended=source["processing_status"] != "processing")


def _higher(one: Optional[int], other: Optional[int]) -> Optional[int]:
    known = [value for value in (one, other) if value is not None]
    return max(known) if known else None


def _replaced(state: OperationState, event: Mapping[str, Any], sequence: int, same: bool) -> OperationState:
    status = event["status"]
    attempt = status.get("attempt", state.attempt if same else 0)
    if same and (attempt, sequence) < (state.attempt, state.sequence):
        return state
    named = {"kind": event["kind"], **status, "operation_id": event["operation_id"]}
    begun = _identified(OperationState(attempt=attempt), named)
    return replace(_with_status(begun, status), sequence=sequence, text=event["content"])
