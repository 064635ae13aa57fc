#include "base/error.h"

#include <algorithm>

namespace walrus {

std::unexpected<Error> fail_field(std::string pointer, std::string message) {
  std::string name = pointer.starts_with('/') ? pointer.substr(1) : pointer;
  Error error{ErrorCode::kValidationError, "'" + name + "' " + message + ".", {}};
  error.fields.push_back({std::move(pointer), std::move(message)});
  return std::unexpected(std::move(error));
}

std::optional<ErrorCode> error_code_from_word(std::string_view word) {
  auto found = std::ranges::find(kErrorCodes, word, &ErrorCodeInfo::word);
  if (found == kErrorCodes.end()) return std::nullopt;
  return found->code;
}

}  // namespace walrus
