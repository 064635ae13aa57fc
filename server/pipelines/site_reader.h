// What a crawl makes of the bytes that a site answers with.
#pragma once

#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include "base/executor.h"
#include "crawl/fetcher.h"
#include "extract/extractor.h"
#include "extract/page_reader.h"
#include "net/url.h"
#include "store/blobs.h"

namespace walrus::pipelines {

// Of one crawl, since what a page does to the child that reads it may change what is read of the
// pages after it. Thread-safe; what it is given outlives it.
class SiteReader {
 public:
  SiteReader(const extract::Extractor& extractor, const store::Blobs& blobs, const Clock& clock)
      : extractor_(extractor), blobs_(blobs), clock_(clock) {}

  // Web pages with their links; texts, PDF and office files without. Blocking, for a worker thread.
  // Errors: unsupported_format (nothing that is read), encrypted_document, extraction_failed,
  // too_large, timeout, cancelled, storage_unavailable, internal.
  Result<extract::WebPage> read(const crawl::FetchedPage& page, const net::Url& url,
                                std::stop_token stop);

 private:
  using Reader = std::unique_ptr<extract::PageReader>;
  Reader take();
  void give_back(Reader reader);
  Result<extract::WebPage> read_file(const crawl::FetchedPage& page, const net::Url& url,
                                     std::stop_token stop) const;

  const extract::Extractor& extractor_;
  const store::Blobs& blobs_;
  const Clock& clock_;
  std::mutex mutex_;
  std::vector<Reader> idle_;
};

}  // namespace walrus::pipelines
