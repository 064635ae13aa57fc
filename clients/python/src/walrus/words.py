"""The words of the wire: kinds, steps and errors.

Generated from contract/steps.json and errors.json by scripts/generate.py. Do not edit."""
from typing import Dict, Literal, NamedTuple, Optional, Tuple

Kind = Literal["document_upload", "web_crawl", "chat"]
Step = Literal[
    "validating",
    "extracting_text",
    "chunking_text",
    "creating_embeddings",
    "storing_metadata",
    "finished",
    "initializing",
    "crawling",
    "processing_content",
    "retrieving_context",
    "selecting_model",
    "generating_response",
    "storing_response",
]
ChatStep = Literal[
    "initializing",
    "retrieving_context",
    "selecting_model",
    "generating_response",
    "storing_response",
    "finished",
]
HttpErrorType = Literal[
    "bad_request",
    "unauthorized",
    "forbidden",
    "not_found",
    "method_not_allowed",
    "conflict",
    "gone",
    "payload_too_large",
    "unsupported_media_type",
    "misdirected_request",
    "validation_error",
    "rate_limited",
    "internal_error",
    "upstream_error",
    "not_ready",
    "storage_unavailable",
    "timeout",
]
OperationErrorType = Literal[
    "storage_unavailable",
    "timeout",
    "cancelled",
    "interrupted",
    "invalid_input",
    "unsupported_format",
    "too_large",
    "empty_document",
    "encrypted_document",
    "extraction_failed",
    "forbidden_address",
    "robots_denied",
    "fetch_failed",
    "embedding_failed",
    "model_unavailable",
    "model_failed",
    "internal",
]


class PlannedStep(NamedTuple):
    name: str
    percent: Optional[int]
    message: str


# Each kind's steps in order; a chat has no percentages.
PLANS: Dict[str, Tuple[PlannedStep, ...]] = {
    "document_upload": (
        PlannedStep("validating", 10, "Validating file format and size..."),
        PlannedStep("extracting_text", 25, "Extracting text content..."),
        PlannedStep("chunking_text", 50, "Splitting into chunks..."),
        PlannedStep("creating_embeddings", 75, "Creating embeddings for {n} chunks..."),
        PlannedStep("storing_metadata", 95, "Storing document metadata..."),
        PlannedStep("finished", 100, "Upload completed successfully"),
    ),
    "web_crawl": (
        PlannedStep("initializing", 10, "Initializing web crawler..."),
        PlannedStep("crawling", 25, "Crawling website pages..."),
        PlannedStep("processing_content", 50, "Processing crawled content..."),
        PlannedStep("creating_embeddings", 75, "Creating embeddings for {n} chunks..."),
        PlannedStep("storing_metadata", 95, "Storing metadata..."),
        PlannedStep("finished", 100, "Crawling completed"),
    ),
    "chat": (
        PlannedStep("initializing", None, "Starting chat processing..."),
        PlannedStep("retrieving_context", None, "Retrieving relevant context..."),
        PlannedStep("selecting_model", None, "Selecting optimal LLM model..."),
        PlannedStep("generating_response", None, "Generating response..."),
        PlannedStep("storing_response", None, "Storing response..."),
        PlannedStep("finished", None, "Chat processing completed successfully"),
    ),
}
