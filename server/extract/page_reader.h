// Web pages to text, many by one child process: starting one for each would cost more than the
// reading. The child is as shut in as that of a file.
#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/error.h"
#include "extract/child_process.h"
#include "extract/descriptor.h"
#include "extract/frames.h"
#include "extract/limits.h"
#include "extract/web_page.h"

namespace walrus::extract {

// Not thread-safe: one for each worker. The child dies with the thread that it was started on. A
// page that takes the child over could change what is read of the pages after it, so a reader is
// for the pages of one crawl, and its child is replaced after 200 of them.
class PageReader {
 public:
  // Extractor::page_reader() makes it.
  PageReader(std::filesystem::path helper, bool namespaces, ExtractLimits limits);

  // `charset` is what the server said of the page's encoding, or empty. Blocking, for a worker
  // thread. Errors, each of this page alone, for the next one finds a new child: too_large (more
  // than 64 MiB, or a limit), extraction_failed (the child died), timeout (20 s), cancelled,
  // internal. A page without text is no error.
  Result<WebPage> read(std::string_view html, std::string_view charset, std::stop_token stop);

 private:
  Result<> start();
  Result<WebPage> exchange(std::string_view request, int stopped);
  Result<> send_some(std::string_view& request);
  Result<> receive_some();
  // The answer, or nothing while it is not whole.
  Result<std::optional<Result<WebPage>>> answer(bool all_sent);

  std::filesystem::path helper_;
  bool namespaces_;
  ExtractLimits limits_;
  std::optional<ChildProcess> child_;
  Descriptor requests_;  // the child's standard input
  FrameReader frames_;
  int pages_ = 0;  // of this child
};

}  // namespace walrus::extract
