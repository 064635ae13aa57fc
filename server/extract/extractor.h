// Bytes of a file to text. Whatever the file holds is hostile, so the reading happens in a child
// process without network, with little memory, time and output.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "base/error.h"
#include "extract/format.h"
#include "extract/limits.h"
#include "extract/page_reader.h"
#include "text/structured_text.h"

namespace walrus::extract {

enum class SandboxRequirement { kBest, kRequired };

// How well the child is shut in on this machine, found out once at start.
struct SandboxReport {
  bool namespaces = false;  // own user, mount, pid, ipc and network namespaces
  bool seccomp = false;     // no sockets, no execve beyond the reader, no ptrace
  bool complete() const { return namespaces && seccomp; }
  std::string missing;  // in words, for /ready and the log; empty when complete
};

class Extractor {
 public:
  // `helper` is the walrus-extract program. Errors: with kRequired, what the machine lacks.
  static Result<Extractor> create(std::filesystem::path helper, SandboxRequirement requirement,
                                  ExtractLimits limits);

  const SandboxReport& sandbox() const { return report_; }

  // Blocking, for a worker thread; many at once are fine. `progress(done, total)` is called from
  // this thread as pages (or bytes) are done; total is 0 while unknown. Stops within a second when
  // `stop` is asked to: `cancelled`. Errors, each in words for the uploader: unsupported_format,
  // encrypted_document, empty_document (no text in it), too_large (a limit), extraction_failed
  // (damaged, or the reader died), timeout, cancelled, internal.
  Result<text::StructuredText> extract(
      const std::filesystem::path& file, Format format, std::stop_token stop,
      const std::function<void(std::uint64_t done, std::uint64_t total)>& progress) const;

  // For the pages of one site; starts its child with the first page.
  PageReader page_reader() const;

 private:
  Extractor(std::filesystem::path helper, SandboxReport report, ExtractLimits limits);
  std::filesystem::path helper_;
  SandboxReport report_;
  ExtractLimits limits_;
};

}  // namespace walrus::extract
