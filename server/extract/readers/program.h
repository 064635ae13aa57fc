// Another program under the helper's limits and a tighter filter of its own.
#pragma once

#include <functional>
#include <initializer_list>
#include <string_view>

#include "base/error.h"
#include "extract/confine.h"

namespace walrus::extract {

struct ProgramEnd {
  int code = 0;
  int signal = 0;
};

// Runs `program` (kPdfInfo or kPdfToText, by this very pointer) with `arguments`, the file behind
// `descriptor` from its beginning as standard input, and gives what it writes to `sink` as it
// comes. When `sink` returns false, nothing more is read and the program ends at its next write.
// Errors: internal.
Result<ProgramEnd> run_program(const char* program, Filter filter,
                               std::initializer_list<const char*> arguments, int descriptor,
                               bool errors_to_output,
                               const std::function<bool(std::string_view)>& sink);

}  // namespace walrus::extract
