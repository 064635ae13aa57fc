// Reads and checks what a request says, naming the field that is wrong.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "http/message.h"
#include "pipelines/retrieval.h"
#include "store/store.h"

namespace walrus::api {

// A request's JSON object. Errors: bad_request (broken JSON), validation_error (no object).
Result<json::object> json_body(const http::Request& request);

// A member that must be a string of `least` to `most` code points. Absent: an error if `least` > 0,
// else empty.
Result<std::string> text_field(const json::object& body, std::string_view name, std::size_t least,
                               std::size_t most);
Result<std::int64_t> integer_field(const json::object& body, std::string_view name,
                                   std::int64_t least, std::int64_t most, std::int64_t fallback);
Result<std::optional<bool>> boolean_field(const json::object& body, std::string_view name);

// A member that must be an array of `least` to `most` strings.
Result<std::vector<std::string>> texts_field(const json::object& body, std::string_view name,
                                             std::size_t least, std::size_t most);

// Each once, where it came first.
std::vector<std::string> without_repetitions(std::vector<std::string> texts);

// Session, user and conversation ids: 1 to 128 bytes, no '/', no control characters; one leading
// "conv#" is taken off a conversation's.
Result<std::string> label_field(const json::object& body, std::string_view name, bool required);
bool is_label(std::string_view text);
std::string without_prefix(std::string_view conversation_id);

// `retrieval_filter`, or an empty filter.
Result<pipelines::RetrievalFilter> filter_field(const json::object& body);

// `limit` and `cursor` of a list.
Result<store::Page> page_of(const http::Request& request, int fallback, int most);

// A number of at most `most` in the query, or nothing. Errors: validation_error.
Result<std::optional<std::uint64_t>> number_parameter(
    const http::Request& request, std::string_view name,
    std::uint64_t most = std::numeric_limits<std::uint64_t>::max());

// Ids in the query, separated by commas; none where the parameter is absent or empty. Errors:
// validation_error (more than `most`).
Result<std::vector<std::string>> listed_parameter(const http::Request& request,
                                                  std::string_view name, std::size_t most);

// What kinds and steps of anybody's pipeline may be called.
inline constexpr std::string_view kPlanNameRule =
    "must have 1 to 64 of the characters a-z, 0-9, '_', '.', '-'";

bool is_plan_name(std::string_view text);

// `kind` and `status` of a list of operations; nothing where they are absent.
Result<std::string> kind_parameter(const http::Request& request);
Result<std::optional<status::Outcome>> outcome_parameter(const http::Request& request);

}  // namespace walrus::api
