"""Follows many operations on one stream."""
from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Set

from .core import Core
from .errors import NotFoundError
from .events import Event, event_of
from .exchange import Emit, Feed, Sleep
from .follow import POLL, Following, is_news, log
from .state import INITIAL, OperationState, is_about_stream, is_last, reduce


class ManyFollowing(Following):
    """`states` holds each by its id."""

    def __init__(self, core: Core, operation_ids: Optional[List[str]], after: Optional[str]) -> None:
        super().__init__(core, "/v1/events", None if operation_ids is None else {"operations": ",".join(operation_ids)}, after)
        self._wanted = operation_ids
        self.done = operation_ids == []
        self.states: Dict[str, OperationState] = {}
        self._finished: Set[str] = set()  # those of which nothing follows

    def _finish(self, operation_id: str) -> None:
        self._finished.add(operation_id)
        self.done = self._wanted is not None and self._finished.issuperset(self._wanted)

    def _folded(self, data: Mapping[str, Any], identity: Optional[str]) -> Optional[Event]:
        operation_id: Optional[str] = data.get("operation_id")
        if operation_id is None:
            return event_of(data, None, 0, 0)
        if is_about_stream(data):
            return self._untold(data, operation_id)
        before = self.states.get(operation_id, INITIAL)
        after = reduce(before, data)  # the id is a cursor, and no sequence
        self.states[operation_id] = after
        if is_last(data) and after.ended:
            self._finish(operation_id)
        if not is_news(before, after, data):
            return None
        return event_of(data, operation_id, after.sequence, after.attempt)

    def _untold(self, data: Mapping[str, Any], operation_id: str) -> Optional[Event]:
        """The server cannot tell of one; each connection says so again."""
        if operation_id in self._finished:
            return None
        self._finish(operation_id)
        return event_of(data, operation_id, 0, 0)

    def _step_down(self) -> None:
        if self._wanted is None:
            return  # there is no poll that tells of what begins and ends in between
        self.transport = POLL
        log.warning("No stream of %s got through; going on by %s.", self._path, self.transport)

    def _poll(self) -> Feed[Event]:
        """Each that has not ended, and the pause after it."""
        for operation_id in self._open_ones():
            try:
                status = yield from self._core.get(f"/v1/operations/{operation_id}")
            except NotFoundError as error:
                status = {"type": "error", "error": error.detail, "error_type": "not_found", "operation_id": operation_id}
            event = self._folded({"type": "status", **status}, None)
            if event is not None:
                yield Emit(event)
        if not self.done:
            yield Sleep(self._core.patience.poll)

    def _open_ones(self) -> List[str]:
        return [one for one in self._wanted or () if one not in self._finished]
