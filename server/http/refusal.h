// A request that is not served, and with which answer.
#pragma once

#include <string>
#include <utility>

#include "base/error.h"

namespace walrus::http {

struct Refusal {
  int status;
  Error error;
};

inline Refusal refusal(Error error) {
  int status = info(error.code).http_status;
  return {status, std::move(error)};
}

// For statuses without an error code of their own.
inline Refusal bad_request(std::string message, int status = 400) {
  return {status, Error{ErrorCode::kBadRequest, std::move(message), {}}};
}

}  // namespace walrus::http
