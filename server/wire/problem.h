// Errors on the wire: RFC 9457 problem details with the fields the mission's clients read.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace walrus::wire {

// `http_status` overrides the code's own where HTTP has a finer one (414, 431, 408); 0: none.
// `operation_id` names the operation it is about, where there is one.
std::string problem_json(const Error& error, std::string_view request_id, int http_status = 0,
                         std::string_view operation_id = {});

}  // namespace walrus::wire
