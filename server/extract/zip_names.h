// The names in a ZIP archive, read by hand and with every step bounds-checked: the server's own
// process looks at hostile archives with this alone; the real reading happens in the child.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace walrus::extract {

// Reads up to `size` bytes at `offset`; short at the end of the file, empty on an error.
using ReadAt = std::function<std::string(std::uint64_t offset, std::size_t size)>;

struct ZipNames {
  std::vector<std::string> names;
  std::string mimetype;  // the text of the member "mimetype" (ODF, EPUB) if it is stored plainly
};

// Names from the central directory's first 64 KiB, or, where there is none (a file cut short), from
// the local headers in `head`.
ZipNames zip_names(std::string_view head, std::uint64_t file_size, const ReadAt& read_at);

}  // namespace walrus::extract
