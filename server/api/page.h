// The page for people: what the build of clients/ts/dashboard made, linked into the program.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "http/message.h"

namespace walrus::api {

// The page as it was built (clients/ts/dashboard/scripts/pack.mjs).
struct PageBundle {
  std::string_view index;  // JSON: an object for each file, see PageFile
  std::string_view bytes;  // of the files in that order, each plain and then gzipped
};

// Whether whoever asks is a browser that shows pages.
bool wants_page(const http::Request& request);

class Page {
 public:
  // Throws where index and bytes do not fit each other: the build is at fault.
  explicit Page(PageBundle bundle);

  // The page itself; which view it shows is in the address it was asked for by.
  http::Response view(const http::Request& request) const;
  // One of the files it needs. Their names change with their content, so they are kept for good.
  Result<http::Response> asset(const http::Request& request) const;

 private:
  struct PageFile {
    std::string name;  // "index.html" is the page itself
    std::string content_type;
    std::string tag;  // the same for the same content
    std::string_view plain;
    std::string_view gzip;
  };

  const PageFile* find(std::string_view name) const;
  static http::Response send(const http::Request& request, const PageFile& file);

  std::vector<PageFile> files_;
};

}  // namespace walrus::api
