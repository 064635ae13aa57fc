// What can go wrong and is expected to: bad input, missing things, conflicts, upstream failures.
// Exceptions are for bugs alone.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error_codes.h"

namespace walrus {

// A field of a request that was refused. `pointer` is a JSON pointer (RFC 6901) into the body, or
// the name of a query parameter.
struct FieldError {
  std::string pointer;
  std::string message;
};

struct Error {
  ErrorCode code;
  std::string
      message;  // for the person who asked: what was wrong and what to do; never a path or secret
  std::string detail;  // for the log alone
  std::vector<FieldError> fields = {};
  std::optional<std::chrono::seconds> retry_after = {};
};

template <class T = void>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorCode code, std::string message, std::string detail = {}) {
  return std::unexpected(Error{code, std::move(message), std::move(detail)});
}

// A validation_error that names one field.
std::unexpected<Error> fail_field(std::string pointer, std::string message);

// The code the wire spells `word`, or nothing.
std::optional<ErrorCode> error_code_from_word(std::string_view word);

}  // namespace walrus
