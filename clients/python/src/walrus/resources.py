"""What the server has, a class for each resource. Each method is written once; see wire.py."""
from __future__ import annotations

import uuid
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Union, overload
from urllib.parse import quote

from .core import Core, given
from .exchange import Feed, Procedure, drained
from .follow import OperationFollowing
from .follow_chat import ChatFollowing
from .follow_many import ManyFollowing
from .progress import File, Progress, ProgressMeter, Upload
from .shapes import (ChatHistoryEvent, ChatResponse, ChatStatusItem, Chunk, Conversation, ConversationDeleted, ConversationHistory,
                     CrawlAccepted, CrawledPage, Document, DocumentDeleted, DocumentRow, DocumentStatus, DocumentStatuses,
                     DocumentType, ExternalStatus, Model, OperationStatus, ProcessingStatus, Report, ReportTaken, UploadAccepted)
from .state import OperationState
from .streams import AsyncManyStream, AsyncOperationStream, ManyStream, OperationStream
from .wire import Async, AsyncWire, M, Resource, Sync, SyncWire, call, each

OnProgress = Optional[Callable[[Progress], None]]
OnState = Optional[Callable[[OperationState], None]]


class _Part(Resource[M]):
    def __init__(self, wire: Union[SyncWire, AsyncWire], core: Core) -> None:
        super().__init__(wire)
        self._core = core

    def _stream(self, following: OperationFollowing) -> Union[OperationStream, AsyncOperationStream]:
        if isinstance(self._wire, SyncWire):
            return OperationStream(self._wire, following)
        return AsyncOperationStream(self._wire, following)


def _path(*parts: str) -> str:
    return "/v1/" + "/".join(quote(part, safe="") for part in parts)


def _end_of(following: OperationFollowing) -> Procedure[OperationState]:
    yield from drained(following.feed())
    return following.succeeded()


class _OfDocuments(_Part[M]):
    """What uploads and crawls have in common."""

    def _following(self, document_id: str, *, after: Optional[str] = None, told: OnState = None) -> OperationFollowing:
        place = _path("documents", document_id)
        return OperationFollowing(self._core, f"{place}/events", f"{place}/status", after=after, told=told)

    @overload
    def follow(self: _OfDocuments[Sync], document_id: str, *, after: Optional[str] = None) -> OperationStream: ...
    @overload
    def follow(self: _OfDocuments[Async], document_id: str, *, after: Optional[str] = None) -> AsyncOperationStream: ...

    def follow(self, document_id: str, *, after: Optional[str] = None) -> Any:
        """The events of its latest operation, from the current attempt's first or from behind `after`, to the end."""
        return self._stream(self._following(document_id, after=after))

    @call
    def wait(self, document_id: str, on_state: OnState = None) -> Procedure[OperationState]:
        """Waits for the end, whatever it is: a failure is raised as an OperationFailedError."""
        return _end_of(self._following(document_id, told=on_state))

    @call
    def get(self, document_id: str) -> Procedure[Document]:
        return self._core.get(_path("documents", document_id))

    @call
    def status(self, document_id: str) -> Procedure[DocumentStatus]:
        """The latest. An unchanged one costs a 304 without a body."""
        return self._core.get(_path("documents", document_id, "status"))

    @call
    def cancel(self, document_id: str) -> Procedure[DocumentStatus]:
        return self._core.post(_path("documents", document_id, "cancel"), {})

    @call
    def retry(self, document_id: str) -> Procedure[DocumentStatus]:
        """Another attempt of what failed, from the step that failed."""
        return self._core.post(_path("documents", document_id, "retry"), {})

    @call
    def delete(self, document_id: str) -> Procedure[DocumentDeleted]:
        """Where the answer of a deletion was lost, the repeat's is a NotFoundError."""
        return self._core.delete(_path("documents", document_id))


class Documents(_OfDocuments[M]):
    @call
    def upload(self, file: File, *, filename: Optional[str] = None, metadata: Optional[Mapping[str, Any]] = None,
               on_progress: OnProgress = None, idempotency_key: Optional[str] = None) -> Procedure[UploadAccepted]:
        """Sends a file; returns as soon as the server has it safe, with the ids of what follows."""
        with Upload(file, filename, metadata, on_progress) as upload:
            return (yield from self._sent(upload, None, idempotency_key))

    @call
    def replace(self, document_id: str, file: File, *, filename: Optional[str] = None,
                metadata: Optional[Mapping[str, Any]] = None, on_progress: OnProgress = None,
                idempotency_key: Optional[str] = None) -> Procedure[UploadAccepted]:
        """New content under the same id; the old one is found until the new one is ready."""
        with Upload(file, filename, metadata, on_progress) as upload:
            return (yield from self._sent(upload, document_id, idempotency_key))

    @call
    def ingest(self, file: File, *, document_id: Optional[str] = None, filename: Optional[str] = None,
               metadata: Optional[Mapping[str, Any]] = None, on_progress: OnProgress = None,
               idempotency_key: Optional[str] = None) -> Procedure[OperationState]:
        """Uploads, or replaces the content of `document_id`, and waits for the end.

        One progress from 0 to 100: bytes on their way, then the server's steps. A failure is raised."""
        with Upload(file, filename, metadata, on_progress) as upload:
            accepted = yield from self._sent(upload, document_id, idempotency_key)
        return (yield from self._rest(accepted, upload.meter))

    def _sent(self, upload: Upload, document_id: Optional[str], key: Optional[str]) -> Procedure[UploadAccepted]:
        if document_id is None:
            return self._core.send_form("POST", "/v1/documents/", upload.form, key)
        return self._core.send_form("PATCH", _path("documents", document_id), upload.form, key)

    def _rest(self, accepted: UploadAccepted, meter: ProgressMeter) -> Procedure[OperationState]:
        place = _path("operations", accepted["operation_id"])
        return _end_of(OperationFollowing(self._core, f"{place}/events", place, told=meter.stands))

    @each
    def list(self, *, document_type: Optional[DocumentType] = None) -> Feed[DocumentRow]:
        """Every document, newest first."""
        return self._core.pages("/v1/documents/", {"document_type": document_type, "limit": 100})

    @each
    def chunks(self, document_id: str) -> Feed[Chunk]:
        """In the order of the text."""
        return self._core.pages(_path("documents", document_id, "chunks"), {"limit": 100})

    @call
    def chunk(self, document_id: str, chunk_id: str) -> Procedure[Chunk]:
        return self._core.get(_path("documents", document_id, "chunks", chunk_id))

    @call
    def content(self, document_id: str) -> Procedure[bytes]:
        """The stored original, byte for byte."""
        answer = yield from self._core.get_answer(_path("documents", document_id, "content"))
        return answer.body

    @call
    def statuses(self, document_ids: Sequence[str]) -> Procedure[DocumentStatuses]:
        """Those of up to 100 documents at once."""
        return self._core.post("/v1/documents/status", {"document_ids": [*document_ids]})

    @call
    def history(self, document_id: str) -> Procedure[List[DocumentStatus]]:
        """Every status of its latest operation so far, oldest first."""
        return self._core.get(_path("documents", document_id, "status", "history"))


class Crawls(_OfDocuments[M]):
    @call
    def begin(self, url: str, *, max_depth: Optional[int] = None, max_pages: Optional[int] = None,
              include: Optional[Sequence[str]] = None, exclude: Optional[Sequence[str]] = None,
              sitemap: Optional[bool] = None, drop_tracking: Optional[bool] = None,
              idempotency_key: Optional[str] = None) -> Procedure[CrawlAccepted]:
        """Begins to crawl a website, and returns the ids of what follows."""
        wish = given(url=url, max_depth=max_depth, max_pages=max_pages, include=include, exclude=exclude, sitemap=sitemap,
                     drop_tracking=drop_tracking)
        return self._core.post("/v1/documents/crawl", wish, key=idempotency_key)

    @each
    def pages(self, document_id: str) -> Feed[CrawledPage]:
        """Every URL that the crawl knows of and what became of it, also while it goes on."""
        return self._core.pages(_path("documents", document_id, "pages"), {"limit": 100})

    @call
    def delete(self, document_id: str) -> Procedure[DocumentDeleted]:
        """Of a crawled site alone; any other document is a NotFoundError."""
        return self._core.delete(_path("documents", "website", document_id))


class Chat(_Part[M]):
    @call
    def ask(self, query: str, session_id: str, *, user_id: Optional[str] = None, conversation_id: Optional[str] = None,
            retrieval_k: Optional[int] = None, retrieval_filter: Optional[Mapping[str, Any]] = None, model: Optional[str] = None,
            idempotency_key: Optional[str] = None) -> Procedure[ChatResponse]:
        """The whole answer at once."""
        question = given(query=query, session_id=session_id, user_id=user_id, conversation_id=conversation_id,
                         retrieval_k=retrieval_k, retrieval_filter=retrieval_filter, model=model)
        return self._core.post("/v1/chat/", question, key=idempotency_key, patience=self._core.patience.work)

    @overload
    def stream(self: Chat[Sync], query: str, session_id: str, *, user_id: Optional[str] = None,
               conversation_id: Optional[str] = None, retrieval_k: Optional[int] = None,
               retrieval_filter: Optional[Mapping[str, Any]] = None, model: Optional[str] = None,
               idempotency_key: Optional[str] = None) -> OperationStream: ...
    @overload
    def stream(self: Chat[Async], query: str, session_id: str, *, user_id: Optional[str] = None,
               conversation_id: Optional[str] = None, retrieval_k: Optional[int] = None,
               retrieval_filter: Optional[Mapping[str, Any]] = None, model: Optional[str] = None,
               idempotency_key: Optional[str] = None) -> AsyncOperationStream: ...

    def stream(self, query: str, session_id: str, *, idempotency_key: Optional[str] = None, **more: Any) -> Any:
        """The answer as it is made. The question is sent with the first event that is asked for."""
        question = given(query=query, session_id=session_id, **more)
        return self._stream(ChatFollowing(self._core, question, idempotency_key))

    @each
    def conversations(self, user_id: str) -> Feed[Conversation]:
        """Every conversation of the user, and those that have none, newest first."""
        return self._core.pages(_path("chat", "conversations", user_id), {"limit": 100}, "conversations")

    @call
    def history(self, user_id: str, conversation_id: str, *, limit: Optional[int] = None) -> Procedure[ConversationHistory]:
        """The newest `limit` messages, oldest first."""
        return self._core.get(_path("chat", "conversations", user_id, conversation_id, "history"), {"limit": limit})

    @call
    def statuses(self, user_id: str, conversation_id: str, *, limit: Optional[int] = None) -> Procedure[List[ChatStatusItem]]:
        """The newest `limit` statuses of all turns, oldest first. They live 24 hours."""
        return self._core.get(_path("chat", "conversations", user_id, conversation_id, "status"), {"limit": limit})

    @call
    def delete(self, user_id: str, conversation_id: str) -> Procedure[ConversationDeleted]:
        return self._core.delete(_path("chat", "conversations", user_id, conversation_id))


class Operations(_Part[M]):
    @overload
    def follow(self: Operations[Sync], operation_id: str, *, after: Optional[str] = None) -> OperationStream: ...
    @overload
    def follow(self: Operations[Async], operation_id: str, *, after: Optional[str] = None) -> AsyncOperationStream: ...

    def follow(self, operation_id: str, *, after: Optional[str] = None) -> Any:
        """Its events, from the current attempt's first or from behind `after`, to the end.

        The stream's `state` is what those events tell: behind `after`, the text is only what came then."""
        return self._stream(self._following(operation_id, after=after))

    def _following(self, operation_id: str, *, after: Optional[str] = None, told: OnState = None) -> OperationFollowing:
        place = _path("operations", operation_id)
        return OperationFollowing(self._core, f"{place}/events", place, after=after, told=told)

    @call
    def wait(self, operation_id: str, on_state: OnState = None) -> Procedure[OperationState]:
        """Waits for the end, whatever it is: a failure is raised as an OperationFailedError."""
        return _end_of(self._following(operation_id, told=on_state))

    @call
    def get(self, operation_id: str) -> Procedure[OperationStatus]:
        return self._core.get(_path("operations", operation_id))

    @each
    def list(self, *, kind: Optional[str] = None, status: Optional[ProcessingStatus] = None) -> Feed[OperationStatus]:
        """Every operation, newest first."""
        return self._core.pages("/v1/operations", {"kind": kind, "status": status, "limit": 100}, "operations")

    @call
    def history(self, operation_id: str) -> Procedure[List[Union[DocumentStatus, ChatHistoryEvent, ExternalStatus]]]:
        """Every status so far, all attempts, oldest first."""
        return self._core.get(_path("operations", operation_id, "history"))

    @call
    def cancel(self, operation_id: str) -> Procedure[OperationStatus]:
        """Once it returns, the end is `cancelled`. One that has ended is a ConflictError."""
        return self._core.post(_path("operations", operation_id, "cancel"), {})

    @call
    def retry(self, operation_id: str) -> Procedure[OperationStatus]:
        """Another attempt of what failed, under the same id."""
        return self._core.post(_path("operations", operation_id, "retry"), {})

    @call
    def begin(self, kind: str, steps: Sequence[Mapping[str, Any]], *, title: Optional[str] = None,
              metadata: Optional[Mapping[str, Any]] = None, timeout_seconds: Optional[int] = None,
              idempotency_key: Optional[str] = None) -> Procedure[ExternalStatus]:
        """Begins one of a pipeline of your own. `client.operation()` begins, reports and ends one."""
        plan = given(kind=kind, steps=[*steps], title=title, metadata=metadata, timeout_seconds=timeout_seconds)
        return self._core.post("/v1/operations", plan, key=idempotency_key)

    @call
    def report(self, operation_id: str, reports: Sequence[Report]) -> Procedure[ReportTaken]:
        """Up to 100 reports, taken whole or not at all. Each gets a `report_id`, so that a repeat is harmless."""
        named: List[Dict[str, Any]] = [{"report_id": str(uuid.uuid4()), **report} for report in reports]
        return self._core.post(_path("operations", operation_id, "events"), named)


class Events(_Part[M]):
    @overload
    def follow(self: Events[Sync], operation_ids: Optional[Sequence[str]] = None, *, after: Optional[str] = None) -> ManyStream: ...
    @overload
    def follow(self: Events[Async], operation_ids: Optional[Sequence[str]] = None, *,
               after: Optional[str] = None) -> AsyncManyStream: ...

    def follow(self, operation_ids: Optional[Sequence[str]] = None, *, after: Optional[str] = None) -> Any:
        """Up to 100 operations on one stream, to the last one's end; or all of the caller's own, without an end."""
        following = ManyFollowing(self._core, None if operation_ids is None else [*operation_ids], after)
        return ManyStream(self._wire, following) if isinstance(self._wire, SyncWire) else AsyncManyStream(self._wire, following)


class Models(_Part[M]):
    @call
    def list(self) -> Procedure[List[Model]]:
        """Those that can answer, in the order in which they are tried."""
        return self._core.get("/v1/models/")
