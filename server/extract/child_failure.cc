#include "extract/child_failure.h"

#include <cerrno>
#include <csignal>
#include <cstring>

namespace walrus::extract {

std::unexpected<Error> internal_failure(const char* what) {
  return fail(ErrorCode::kInternal, "The file could not be read because of a fault in the server.",
              std::string(what) + ": " + std::strerror(errno));
}

std::unexpected<Error> too_slow() {
  return fail(ErrorCode::kTimeout,
              "Reading the file took too long. It may be damaged, or too complex.");
}

std::unexpected<Error> cancelled() {
  return fail(ErrorCode::kCancelled, "The work was cancelled.");
}

std::unexpected<Error> disbelieved(std::string why) {
  return fail(ErrorCode::kExtractionFailed, "The file could not be read. It may be damaged.",
              std::move(why));
}

std::unexpected<Error> explain(ChildExit exit, const std::string& detail) {
  if (exit.signal == SIGXCPU) return too_slow();
  if (exit.signal != 0) {
    return disbelieved("extraction child killed by signal " + std::to_string(exit.signal));
  }
  return fail(ErrorCode::kInternal, "The file could not be read because of a fault in the server.",
              "extraction child ended with " + std::to_string(exit.code) + " " + detail);
}

}  // namespace walrus::extract
