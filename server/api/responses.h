// Responses that look alike everywhere.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "http/message.h"
#include "http/router.h"
#include "live/encoding.h"
#include "status/operation.h"

namespace walrus::api {

// The problem document of an error, with Retry-After where the error knows one.
http::Response problem(const Error& error, std::string_view request_id, int http_status = 0,
                       std::string_view operation_id = {});

// A handler of http/ from one that may fail: errors become problem documents.
using Resource = std::function<Task<Result<http::Response>>(http::Request request)>;
http::Handler answering(Resource resource);

// A status: its ETag is the sequence. 304 where the caller has it already.
http::Response status_response(const http::Request& request, std::uint64_t sequence,
                               const std::string& body);

// That there is nothing newer than `sequence`: 304.
http::Response unchanged_status(std::uint64_t sequence);

// The head of an event stream and what it begins with.
http::Response stream_response(const live::Encoding& encoding, http::StreamStarter starter);

// Whether the caller has the version of that ETag already, and says so by If-None-Match.
bool has_version(const http::Request& request, std::string_view tag);

// Nothing between client and server may keep it (api.md, ETag).
void forbid_caching(http::Response& response);

}  // namespace walrus::api
