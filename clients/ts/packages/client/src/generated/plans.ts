// Generated from contract/steps.json and errors.json by scripts/generate.py. Do not edit.
/** What an HTTP answer's `error_type` may be. */
export type HttpErrorType =
  | "bad_request"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "method_not_allowed"
  | "conflict"
  | "gone"
  | "payload_too_large"
  | "unsupported_media_type"
  | "misdirected_request"
  | "validation_error"
  | "rate_limited"
  | "internal_error"
  | "upstream_error"
  | "not_ready"
  | "storage_unavailable"
  | "timeout";

/** What an operation's `error.type` may be. */
export type OperationErrorType =
  | "storage_unavailable"
  | "timeout"
  | "cancelled"
  | "interrupted"
  | "invalid_input"
  | "unsupported_format"
  | "too_large"
  | "empty_document"
  | "encrypted_document"
  | "extraction_failed"
  | "forbidden_address"
  | "robots_denied"
  | "fetch_failed"
  | "embedding_failed"
  | "model_unavailable"
  | "model_failed"
  | "internal";

export interface PlannedStep {
  readonly name: string;
  /** On reaching the step; null for a chat. */
  readonly percent: number | null;
  /** `{n}` stands for the number of chunks. */
  readonly message: string;
}

/** The steps of Walrus's own kinds, in order: to draw a bar's marks before the first event. */
export const plans = {
  document_upload: [
    { name: "validating", percent: 10, message: "Validating file format and size..." },
    { name: "extracting_text", percent: 25, message: "Extracting text content..." },
    { name: "chunking_text", percent: 50, message: "Splitting into chunks..." },
    { name: "creating_embeddings", percent: 75, message: "Creating embeddings for {n} chunks..." },
    { name: "storing_metadata", percent: 95, message: "Storing document metadata..." },
    { name: "finished", percent: 100, message: "Upload completed successfully" },
  ],
  web_crawl: [
    { name: "initializing", percent: 10, message: "Initializing web crawler..." },
    { name: "crawling", percent: 25, message: "Crawling website pages..." },
    { name: "processing_content", percent: 50, message: "Processing crawled content..." },
    { name: "creating_embeddings", percent: 75, message: "Creating embeddings for {n} chunks..." },
    { name: "storing_metadata", percent: 95, message: "Storing metadata..." },
    { name: "finished", percent: 100, message: "Crawling completed" },
  ],
  chat: [
    { name: "initializing", percent: null, message: "Starting chat processing..." },
    { name: "retrieving_context", percent: null, message: "Retrieving relevant context..." },
    { name: "selecting_model", percent: null, message: "Selecting optimal LLM model..." },
    { name: "generating_response", percent: null, message: "Generating response..." },
    { name: "storing_response", percent: null, message: "Storing response..." },
    { name: "finished", percent: null, message: "Chat processing completed successfully" },
  ],
} as const satisfies Record<string, readonly PlannedStep[]>;

export type Kind = keyof typeof plans;
export type Step = (typeof plans)[Kind][number]['name'];
