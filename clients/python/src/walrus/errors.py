"""Whatever can go wrong, as exceptions that say what was wrong and what to do."""
from __future__ import annotations

import email.utils
import json
import time
from typing import Any, Dict, List, Mapping, Optional, Type

from .shapes import FieldError
from .state import OperationState


class WalrusError(Exception):
    """The root of all. What a class cannot know is None."""

    def __init__(self, detail: str, *, status: Optional[int] = None, error_type: Optional[str] = None,
                 request_id: Optional[str] = None, retry_after: Optional[float] = None,
                 operation_id: Optional[str] = None, document_id: Optional[str] = None,
                 fields: Optional[List[FieldError]] = None) -> None:
        super().__init__(detail)
        self.detail = detail  # what was wrong and what to do
        self.status = status  # of the HTTP answer
        self.error_type = error_type  # a word of contract/errors.json
        self.request_id = request_id
        self.retry_after = retry_after  # seconds after which asking again makes sense
        self.operation_id = operation_id  # that it is about, or that stands in the way
        self.document_id = document_id
        self.fields: List[FieldError] = fields or []  # that are not as they must be


class ConnectionLostError(WalrusError):
    """No answer came, or it broke off; `stalled` where nothing came for too long."""

    def __init__(self, detail: str, *, stalled: bool = False) -> None:
        super().__init__(detail)
        self.stalled = stalled


class RequestError(WalrusError):
    """The request is broken: 400, and what else has no class of its own."""


class UnauthorizedError(WalrusError):
    """401: no key, or a wrong one."""


class ForbiddenError(WalrusError):
    """403: a page of another origin, or a key without the scope."""


class NotFoundError(WalrusError):
    """404: the id may be wrong, the thing not exist yet, or be gone."""


class ConflictError(WalrusError):
    """409: something else is going on; `operation_id` names it where there is one."""


class GoneError(WalrusError):
    """410: it is no longer kept."""


class TooLargeError(WalrusError):
    """413: the body is too large."""


class UnsupportedTypeError(WalrusError):
    """415: a type that is not supported."""


class ValidationError(WalrusError):
    """422: a value is not as it must be; `fields` says which."""


class RateLimitedError(WalrusError):
    """429: too many requests; `retry_after` says when again."""


class ServerError(WalrusError):
    """500: a fault of the server; its log has more under `request_id`."""


class UpstreamError(WalrusError):
    """502: a model failed, or a proxy did not reach the server."""


class UnavailableError(WalrusError):
    """503: not now; `retry_after` says when again."""


class UpstreamTimeoutError(WalrusError):
    """504: a model was too slow, or a proxy waited for too long."""


class OperationFailedError(WalrusError):
    """An operation ended as failed: `error_type` says why, `state` is how it stood."""

    def __init__(self, state: OperationState) -> None:
        error: Mapping[str, Any] = state.error or {}
        super().__init__(error.get("message", "The operation failed."), error_type=error.get("type"),
                         operation_id=state.operation_id, document_id=state.document_id)
        self.state = state
        self.retryable: bool = error.get("retryable", False)  # whether a retry can help


class CancelledError(OperationFailedError):
    """An operation ended because somebody cancelled it."""


class CancelRequested(WalrusError):
    """Somebody wants this worker to stop; raised into its `operation()` block."""


_CLASSES: Dict[int, Type[WalrusError]] = {
    401: UnauthorizedError, 403: ForbiddenError, 404: NotFoundError, 409: ConflictError, 410: GoneError,
    413: TooLargeError, 415: UnsupportedTypeError, 422: ValidationError, 429: RateLimitedError,
    502: UpstreamError, 503: UnavailableError, 504: UpstreamTimeoutError,
}


def failure_of(state: OperationState) -> OperationFailedError:
    cancelled = state.error is not None and state.error.get("type") == "cancelled"
    return CancelledError(state) if cancelled else OperationFailedError(state)


def error_of(status: int, headers: Mapping[str, str], body: bytes) -> WalrusError:
    """The error that an answer is; also one of a proxy's, which is no problem document."""
    problem = _problem(body)
    kind = _CLASSES.get(status) or (ServerError if status >= 500 else RequestError)
    return kind(problem.get("detail", f"The server answered {status}."), status=status,
                error_type=problem.get("error_type"),
                request_id=problem.get("request_id") or headers.get("x-request-id"),
                retry_after=seconds_of(headers.get("retry-after")), operation_id=problem.get("operation_id"),
                document_id=problem.get("document_id"), fields=problem.get("errors"))


def _problem(body: bytes) -> Dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def seconds_of(retry_after: Optional[str]) -> Optional[float]:
    """`Retry-After` is in seconds, or a date."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (TypeError, ValueError):
        return None
