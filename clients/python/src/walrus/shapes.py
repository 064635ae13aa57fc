"""The shapes of the wire's JSON.

Generated from contract/openapi.yaml by scripts/generate.py. Do not edit."""
from __future__ import annotations

from typing import Any, Dict, List, Literal, TypedDict, Union

from .words import ChatStep, HttpErrorType, Kind, OperationErrorType, Step


class _ProblemRequired(TypedDict):
    type: str
    title: str
    status: int
    detail: str
    status_code: int
    error_type: HttpErrorType
    request_id: str


class Problem(_ProblemRequired, total=False):
    errors: List[FieldError]
    operation_id: str
    document_id: str
    error: OperationError


class FieldError(TypedDict):
    pointer: str
    message: str


class OperationError(TypedDict):
    type: OperationErrorType
    message: str
    step: Step
    retryable: bool


class _UploadFormRequired(TypedDict):
    file: str


class UploadForm(_UploadFormRequired, total=False):
    metadata: str


class _UploadAcceptedRequired(TypedDict):
    document_id: str
    operation_id: str
    filename: str
    status: Literal["processing"]
    chunks_created: Literal[0]
    total_tokens: Literal[0]
    status_url: str
    events_url: str


class UploadAccepted(_UploadAcceptedRequired, total=False):
    file_type: str


class _UploadFinishedRequired(TypedDict):
    document_id: str
    operation_id: str
    filename: str
    status: Literal["success"]
    chunks_created: int
    total_tokens: int
    status_url: str
    events_url: str


class UploadFinished(_UploadFinishedRequired, total=False):
    file_type: str


class _CrawlRequestRequired(TypedDict):
    url: str


class CrawlRequest(_CrawlRequestRequired, total=False):
    max_depth: int
    max_pages: int
    include: List[str]
    exclude: List[str]
    sitemap: bool
    drop_tracking: bool
    render: bool


class CrawlAccepted(TypedDict):
    document_id: str
    operation_id: str
    url: str
    status: Literal["processing"]
    chunks_created: Literal[0]
    total_tokens: Literal[0]
    crawl_depth: int
    crawl_pages: int
    status_url: str
    events_url: str
    pages_url: str


class CrawlFinished(TypedDict):
    document_id: str
    operation_id: str
    url: str
    status: Literal["success"]
    chunks_created: int
    total_tokens: int
    crawl_depth: int
    crawl_pages: int
    status_url: str
    events_url: str
    pages_url: str


class _CrawledPageRequired(TypedDict):
    url: str
    state: Literal["queued", "crawled", "failed", "skipped"]
    depth: int


class CrawledPage(_CrawledPageRequired, total=False):
    reason: str
    dup_of: str
    title: str
    chunks_created: int


class _DocumentRowRequired(TypedDict):
    document_id: str
    document_type: DocumentType
    created_at: str
    chunks_created: int
    total_tokens: int
    status: Literal["processing", "success", "failed"]


class DocumentRow(_DocumentRowRequired, total=False):
    operation_id: str
    filename: str
    file_type: str
    url: str
    crawl_depth: int
    crawl_pages: int


class _DocumentRequired(TypedDict):
    document_id: str
    document_type: DocumentType
    created_at: str
    chunks_created: int
    total_tokens: int
    status: Literal["processing", "success", "failed"]
    chunk_count: int
    metadata: DocumentMetadata


class Document(_DocumentRequired, total=False):
    operation_id: str
    filename: str
    file_type: str
    url: str
    crawl_depth: int
    crawl_pages: int


class DocumentMetadata(TypedDict, total=False):
    filename: str
    file_type: str
    content_type: str
    upload_date: str
    updated_at: str
    processing_time_ms: int
    url: str
    size_bytes: int
    sha256: str
    title: str
    language: str
    version: int
    custom: Dict[str, Any]


class DocumentDeleted(TypedDict):
    document_id: str
    status: Literal["deleted"]
    chunks_deleted: int
    document_type: DocumentType


class DocumentStatus(TypedDict):
    operation_id: str
    kind: Kind
    sequence: int
    attempt: int
    processing_status: ProcessingStatus
    processing_step: Step
    progress_percentage: Union[int, None]
    status_message: str
    updated_at: str
    started_at: str
    eta_seconds: Union[float, None]
    status_metadata: Dict[str, Any]
    error: Union[OperationError, None]
    document_id: str


class ExternalError(TypedDict):
    type: OperationErrorType
    message: str
    step: str
    retryable: bool


class _ExternalStatusRequired(TypedDict):
    operation_id: str
    kind: str
    sequence: int
    attempt: int
    processing_status: ProcessingStatus
    processing_step: str
    progress_percentage: int
    status_message: str
    updated_at: str
    started_at: str
    eta_seconds: Union[float, None]
    status_metadata: Dict[str, Any]
    error: Union[ExternalError, None]


class ExternalStatus(_ExternalStatusRequired, total=False):
    title: str


class _ExternalEventRequired(TypedDict):
    operation_id: str
    kind: str
    sequence: int
    attempt: int
    processing_status: ProcessingStatus
    processing_step: str
    progress_percentage: int
    status_message: str
    updated_at: str
    started_at: str
    eta_seconds: Union[float, None]
    status_metadata: Dict[str, Any]
    error: Union[ExternalError, None]
    type: Literal["status"]


class ExternalEvent(_ExternalEventRequired, total=False):
    title: str


class _NewOperationStepsItemRequired(TypedDict):
    name: str
    percent: int


class NewOperationStepsItem(_NewOperationStepsItemRequired, total=False):
    message: str


class _NewOperationRequired(TypedDict):
    kind: str
    steps: List[NewOperationStepsItem]


class NewOperation(_NewOperationRequired, total=False):
    title: str
    metadata: Dict[str, Any]
    timeout_seconds: int


class _ReportErrorObjectRequired(TypedDict):
    message: str


class ReportErrorObject(_ReportErrorObjectRequired, total=False):
    type: OperationErrorType
    retryable: bool


class Report(TypedDict, total=False):
    report_id: str
    step: str
    done: int
    total: int
    message: str
    metadata: Dict[str, Any]
    content: str
    status: Literal["completed", "failed"]
    error: Union[str, ReportErrorObject]


class ReportTaken(TypedDict):
    sequence: int
    cancel_requested: bool


class _OwnStatusRequired(TypedDict):
    operation_id: str
    kind: Kind
    sequence: int
    attempt: int
    processing_status: ProcessingStatus
    processing_step: Step
    progress_percentage: Union[int, None]
    status_message: str
    updated_at: str
    started_at: str
    eta_seconds: Union[float, None]
    status_metadata: Dict[str, Any]
    error: Union[OperationError, None]


class OwnStatus(_OwnStatusRequired, total=False):
    document_id: str
    conversation_id: str


class OperationList(TypedDict):
    operations: List[OperationStatus]
    next_cursor: Union[str, None]


class DocumentStatuses(TypedDict):
    statuses: Dict[str, DocumentStatus]
    not_found: List[str]


class DocumentStatusesRequest(TypedDict):
    document_ids: List[str]


class DocumentEvent(TypedDict):
    operation_id: str
    kind: Kind
    sequence: int
    attempt: int
    processing_status: ProcessingStatus
    processing_step: Step
    progress_percentage: Union[int, None]
    status_message: str
    updated_at: str
    started_at: str
    eta_seconds: Union[float, None]
    status_metadata: Dict[str, Any]
    error: Union[OperationError, None]
    type: Literal["status"]
    document_id: str


class _ChatStatusEventRequired(TypedDict):
    type: Literal["status"]
    status: ProcessingStatus
    step: ChatStep
    message: str
    operation_id: str


class ChatStatusEvent(_ChatStatusEventRequired, total=False):
    sequence: int
    attempt: int
    metadata: Dict[str, Any]


class _ChunkEventRequired(TypedDict):
    type: Literal["chunk"]
    content: str


class ChunkEvent(_ChunkEventRequired, total=False):
    operation_id: str
    sequence: int
    attempt: int


class _CompleteEventRequired(TypedDict):
    type: Literal["complete"]
    metadata: Dict[str, Any]


class CompleteEvent(_CompleteEventRequired, total=False):
    operation_id: str
    sequence: int
    attempt: int


class _ErrorEventRequired(TypedDict):
    type: Literal["error"]
    error: str
    error_type: OperationErrorType
    step: Step
    retryable: bool


class ErrorEvent(_ErrorEventRequired, total=False):
    operation_id: str
    sequence: int
    attempt: int


class _StreamErrorEventRequired(TypedDict):
    type: Literal["error"]
    error: str
    error_type: Literal["not_found", "rate_limited"]


class StreamErrorEvent(_StreamErrorEventRequired, total=False):
    operation_id: str


class SnapshotEvent(TypedDict):
    type: Literal["snapshot"]
    operation_id: str
    sequence: int
    kind: str
    status: OperationStatus
    content: str


class _ChatHistoryStatusRequired(TypedDict):
    type: Literal["status"]
    status: ProcessingStatus
    step: ChatStep
    message: str
    operation_id: str
    sequence: int
    attempt: int
    created_at: str


class ChatHistoryStatus(_ChatHistoryStatusRequired, total=False):
    metadata: Dict[str, Any]


class _ChatHistoryCompleteRequired(TypedDict):
    type: Literal["complete"]
    metadata: Dict[str, Any]
    sequence: int
    attempt: int
    created_at: str


class ChatHistoryComplete(_ChatHistoryCompleteRequired, total=False):
    operation_id: str


class _ChatHistoryErrorRequired(TypedDict):
    type: Literal["error"]
    error: str
    error_type: OperationErrorType
    step: Step
    retryable: bool
    sequence: int
    attempt: int
    created_at: str


class ChatHistoryError(_ChatHistoryErrorRequired, total=False):
    operation_id: str


class _ChunkRequired(TypedDict):
    chunk_id: str
    index: int
    text: str
    start: int
    end: int
    token_count: int


class Chunk(_ChunkRequired, total=False):
    page: int
    heading: str
    url: str


class _SearchRequestRequired(TypedDict):
    query: str


class SearchRequest(_SearchRequestRequired, total=False):
    k: int
    retrieval_filter: Dict[str, Any]


class SearchResponse(TypedDict):
    results: List[SearchResult]
    took_ms: float


class _SearchResultRequired(TypedDict):
    document_id: str
    chunk_id: str
    score: float
    text: str
    start: int
    end: int


class SearchResult(_SearchResultRequired, total=False):
    filename: str
    url: str
    page: int
    heading: str


class _SourceRequired(TypedDict):
    document_id: str
    chunk_id: str
    score: float
    snippet: str


class Source(_SourceRequired, total=False):
    filename: str
    url: str
    page: int
    heading: str


class _SubscribeRequired(TypedDict):
    action: Literal["subscribe"]
    operations: List[str]


class Subscribe(_SubscribeRequired, total=False):
    after: Dict[str, int]


class Unsubscribe(TypedDict):
    action: Literal["unsubscribe"]
    operations: List[str]


class Ping(TypedDict):
    action: Literal["ping"]


class Subscribed(TypedDict):
    type: Literal["subscribed"]
    operations: List[str]


class Unsubscribed(TypedDict):
    type: Literal["unsubscribed"]
    operations: List[str]


class Pong(TypedDict):
    type: Literal["pong"]


class _RefusedRequired(TypedDict):
    type: Literal["error"]
    error: str
    error_type: Union[HttpErrorType, OperationErrorType]


class Refused(_RefusedRequired, total=False):
    operation_id: str


class _QuestionRequired(TypedDict):
    query: str


class Question(_QuestionRequired, total=False):
    user_id: str
    conversation_id: str
    retrieval_k: int
    retrieval_filter: Dict[str, Any]
    model: str


class Cancel(TypedDict):
    action: Literal["cancel"]


class _ChatRequestRequired(TypedDict):
    query: str
    session_id: str


class ChatRequest(_ChatRequestRequired, total=False):
    user_id: str
    conversation_id: str
    retrieval_k: int
    retrieval_filter: Dict[str, Any]
    stream: bool
    model: str


class ChatResponse(TypedDict):
    response: str
    session_id: str
    conversation_id: str
    operation_id: str
    metadata: Dict[str, Any]


class ConversationList(TypedDict):
    user_id: str
    conversations: List[Conversation]
    total: int


class _ConversationRequired(TypedDict):
    conversation_id: str
    title: str
    created_at: str
    updated_at: str
    message_count: int
    status: Literal["processing", "completed", "failed"]


class Conversation(_ConversationRequired, total=False):
    operation_id: str


class ConversationHistory(TypedDict):
    conversation_id: str
    user_id: str
    messages: List[Message]
    total: int


class _MessageRequired(TypedDict):
    role: Literal["user", "assistant"]
    text: str
    created_at: str


class Message(_MessageRequired, total=False):
    operation_id: str
    model_id: str
    latency_ms: int


class _ChatStatusItemRequired(TypedDict):
    conversation_id: str
    turn_id: str
    status: ProcessingStatus
    step: ChatStep
    message: str
    created_at: str


class ChatStatusItem(_ChatStatusItemRequired, total=False):
    metadata: Dict[str, Any]


class ConversationDeleted(TypedDict):
    conversation_id: str
    user_id: str
    status: Literal["deleted"]
    messages_deleted: int


class Model(TypedDict):
    model_id: str
    provider: str
    strengths: List[Approach]
    context_length: int
    available: bool


class Service(TypedDict):
    name: Literal["walrus"]
    version: str
    endpoints: Dict[str, str]
    features: List[str]


class Health(TypedDict):
    status: Literal["ok"]
    version: str


class Readiness(TypedDict):
    status: Literal["ready", "not_ready"]
    parts: Dict[str, PartState]


class _PartStateRequired(TypedDict):
    status: Literal["ok", "degraded", "unavailable"]


class PartState(_PartStateRequired, total=False):
    detail: str


class _WebhookDefinitionRequired(TypedDict):
    url: str
    events: List[Literal["operation.completed", "operation.failed", "operation.step", "operation.*"]]


class WebhookDefinition(_WebhookDefinitionRequired, total=False):
    secret: Union[str, None]


class Webhook(TypedDict):
    name: str
    url: str
    events: List[Literal["operation.completed", "operation.failed", "operation.step", "operation.*"]]
    enabled: bool
    created_at: str
    updated_at: str


class _WebhookPutRequired(TypedDict):
    name: str
    url: str
    events: List[Literal["operation.completed", "operation.failed", "operation.step", "operation.*"]]
    enabled: bool
    created_at: str
    updated_at: str


class WebhookPut(_WebhookPutRequired, total=False):
    secret: str


class WebhookList(TypedDict):
    webhooks: List[Webhook]


class WebhookDeleted(TypedDict):
    name: str
    status: Literal["deleted"]


class TestAccepted(TypedDict):
    delivery_id: str


class Delivery(TypedDict):
    delivery_id: str
    operation_id: Union[str, None]
    type: Literal["operation.completed", "operation.failed", "operation.step", "webhook.test"]
    state: Literal["pending", "delivered", "failed"]
    attempts: int
    status_code: Union[int, None]
    error: Union[str, None]
    next_attempt_at: Union[str, None]
    created_at: str
    updated_at: str


class DeliveryList(TypedDict):
    deliveries: List[Delivery]
    next_cursor: Union[str, None]


ProcessingStatus = Literal["processing", "completed", "failed"]
DocumentType = Literal["file_upload", "web_crawl"]
OperationStatus = Union[OwnStatus, ExternalStatus]
ChatEvent = Union[ChatStatusEvent, ChunkEvent, CompleteEvent, ErrorEvent]
Event = Union[DocumentEvent, ExternalEvent, ChatStatusEvent, ChunkEvent, CompleteEvent, ErrorEvent, SnapshotEvent]
ChatHistoryEvent = Union[ChatHistoryStatus, ChatHistoryComplete, ChatHistoryError]
Approach = Literal["search_focused", "explanation_focused", "analysis_focused", "summary_focused"]
