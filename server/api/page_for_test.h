// A page of two files.
#pragma once

#include "api/page.h"

namespace walrus::api {

inline constexpr PageBundle kPageForTest{
    .index = R"([
      {"name": "index.html", "content_type": "text/html; charset=utf-8", "tag": "t1", "size": 8, "gzip_size": 15},
      {"name": "a-1.js", "content_type": "text/javascript; charset=utf-8", "tag": "t2", "size": 7, "gzip_size": 17}])",
    .bytes = "<p>plain(page, gzipped)plain()(script, gzipped)",
};

}  // namespace walrus::api
