// Generated from contract/errors.json by scripts/generate.py. Do not edit.
#pragma once

#include <array>
#include <string_view>

namespace walrus {

// Everything that can be wrong, as the wire spells it (api.md, Errors; status-model.md, Errors).
enum class ErrorCode {
  kBadRequest,
  kUnauthorized,
  kForbidden,
  kNotFound,
  kMethodNotAllowed,
  kConflict,
  kGone,
  kPayloadTooLarge,
  kUnsupportedMediaType,
  kMisdirectedRequest,
  kValidationError,
  kRateLimited,
  kInternalError,
  kUpstreamError,
  kNotReady,
  kStorageUnavailable,
  kTimeout,
  kCancelled,
  kInterrupted,
  kInvalidInput,
  kUnsupportedFormat,
  kTooLarge,
  kEmptyDocument,
  kEncryptedDocument,
  kExtractionFailed,
  kForbiddenAddress,
  kRobotsDenied,
  kFetchFailed,
  kEmbeddingFailed,
  kModelUnavailable,
  kModelFailed,
  kInternal,
};

struct ErrorCodeInfo {
  ErrorCode code;
  std::string_view word;   // error_type on the wire
  ErrorCode as_http;       // what an HTTP answer says: itself, but for ends of operations
  int http_status;         // of as_http
  std::string_view title;  // of the problem document
  bool retryable;          // whether the same request can succeed later
  bool ends_operation;     // may stand in an operation's error.type
};

inline constexpr std::array<ErrorCodeInfo, 32> kErrorCodes{{
    {ErrorCode::kBadRequest, "bad_request", ErrorCode::kBadRequest, 400, "Bad request", false, false},
    {ErrorCode::kUnauthorized, "unauthorized", ErrorCode::kUnauthorized, 401, "Unauthorized", false, false},
    {ErrorCode::kForbidden, "forbidden", ErrorCode::kForbidden, 403, "Forbidden", false, false},
    {ErrorCode::kNotFound, "not_found", ErrorCode::kNotFound, 404, "Not found", false, false},
    {ErrorCode::kMethodNotAllowed, "method_not_allowed", ErrorCode::kMethodNotAllowed, 405, "Method not allowed", false, false},
    {ErrorCode::kConflict, "conflict", ErrorCode::kConflict, 409, "Conflict", false, false},
    {ErrorCode::kGone, "gone", ErrorCode::kGone, 410, "Gone", false, false},
    {ErrorCode::kPayloadTooLarge, "payload_too_large", ErrorCode::kPayloadTooLarge, 413, "Payload too large", false, false},
    {ErrorCode::kUnsupportedMediaType, "unsupported_media_type", ErrorCode::kUnsupportedMediaType, 415, "Unsupported media type", false, false},
    {ErrorCode::kMisdirectedRequest, "misdirected_request", ErrorCode::kMisdirectedRequest, 421, "Misdirected request", false, false},
    {ErrorCode::kValidationError, "validation_error", ErrorCode::kValidationError, 422, "Validation error", false, false},
    {ErrorCode::kRateLimited, "rate_limited", ErrorCode::kRateLimited, 429, "Too many requests", true, false},
    {ErrorCode::kInternalError, "internal_error", ErrorCode::kInternalError, 500, "Internal error", true, false},
    {ErrorCode::kUpstreamError, "upstream_error", ErrorCode::kUpstreamError, 502, "Upstream error", true, false},
    {ErrorCode::kNotReady, "not_ready", ErrorCode::kNotReady, 503, "Not ready", true, false},
    {ErrorCode::kStorageUnavailable, "storage_unavailable", ErrorCode::kStorageUnavailable, 503, "Storage unavailable", true, true},
    {ErrorCode::kTimeout, "timeout", ErrorCode::kTimeout, 504, "Timeout", true, true},
    {ErrorCode::kCancelled, "cancelled", ErrorCode::kConflict, 409, "Cancelled", true, true},
    {ErrorCode::kInterrupted, "interrupted", ErrorCode::kNotReady, 503, "Interrupted", true, true},
    {ErrorCode::kInvalidInput, "invalid_input", ErrorCode::kValidationError, 422, "Invalid input", false, true},
    {ErrorCode::kUnsupportedFormat, "unsupported_format", ErrorCode::kValidationError, 422, "Unsupported format", false, true},
    {ErrorCode::kTooLarge, "too_large", ErrorCode::kValidationError, 422, "Too large", false, true},
    {ErrorCode::kEmptyDocument, "empty_document", ErrorCode::kValidationError, 422, "Empty document", false, true},
    {ErrorCode::kEncryptedDocument, "encrypted_document", ErrorCode::kValidationError, 422, "Encrypted document", false, true},
    {ErrorCode::kExtractionFailed, "extraction_failed", ErrorCode::kValidationError, 422, "Extraction failed", false, true},
    {ErrorCode::kForbiddenAddress, "forbidden_address", ErrorCode::kValidationError, 422, "Forbidden address", false, true},
    {ErrorCode::kRobotsDenied, "robots_denied", ErrorCode::kValidationError, 422, "Denied by robots.txt", false, true},
    {ErrorCode::kFetchFailed, "fetch_failed", ErrorCode::kUpstreamError, 502, "Fetch failed", true, true},
    {ErrorCode::kEmbeddingFailed, "embedding_failed", ErrorCode::kUpstreamError, 502, "Embedding failed", true, true},
    {ErrorCode::kModelUnavailable, "model_unavailable", ErrorCode::kUpstreamError, 502, "Model unavailable", true, true},
    {ErrorCode::kModelFailed, "model_failed", ErrorCode::kUpstreamError, 502, "Model failed", true, true},
    {ErrorCode::kInternal, "internal", ErrorCode::kInternalError, 500, "Internal error", true, true},
}};

constexpr const ErrorCodeInfo& info(ErrorCode code) {
  return kErrorCodes[static_cast<size_t>(code)];
}

}  // namespace walrus
