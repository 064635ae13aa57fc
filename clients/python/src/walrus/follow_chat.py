"""Follows a chat's turn from its question on."""
from __future__ import annotations

from typing import Any, Mapping, Optional

from .core import Core, given, new_key, with_patience
from .events import Event
from .exchange import Answer, Emit, Feed, Request
from .follow import OperationFollowing


class ChatFollowing(OperationFollowing):
    """The question is sent again only where no answer came, and then under the same key."""

    def __init__(self, core: Core, question: Mapping[str, Any], key: Optional[str]) -> None:
        super().__init__(core, "/v1/chat/", "/v1/chat/")
        self._question = question
        self._key = key or new_key()
        self.user_id = question.get("user_id", self.user_id)

    def _begun(self, answer: Answer) -> None:
        super()._begun(answer)
        if self.operation_id is not None:
            self._status_path = f"/v1/operations/{self.operation_id}"
            self._path = f"{self._status_path}/events"

    def _next_request(self) -> Request:
        if self.operation_id is not None:
            return super()._next_request()
        headers = {"Idempotency-Key": self._key, "Accept": "text/event-stream"}
        request = self._core.json_request("POST", self._path, self._question, headers)
        return with_patience(request, self._core.patience.stall)

    def _poll(self) -> Feed[Event]:
        if self.operation_id is not None:
            yield from super()._poll()
            return
        # Not even the head of a stream came: the same question, answered whole.
        answer = yield from self._core.post(self._path, self._question, key=self._key, patience=self._core.patience.work)
        self.operation_id = answer["operation_id"]
        place = given(operation_id=self.operation_id)
        for data in ({"type": "chunk", "content": answer["response"], **place},
                     {"type": "complete", "metadata": {"status": "completed", **answer["metadata"]}, **place}):
            event = self._folded(data, None)
            if event is not None:
                yield Emit(event)
