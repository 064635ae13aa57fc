// Which format a file has, by its content first and its name second.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace walrus::extract {

enum class Format { kText, kMarkdown, kHtml, kPdf, kDocx, kCsv, kJson, kXlsx, kPptx, kOdt, kEpub };

struct FormatInfo {
  Format format;
  std::string_view name;          // "PDF", for people
  std::string_view extension;     // canonical, ".pdf": `file_type` on the wire
  std::string_view content_type;  // for the stored original
};
const FormatInfo& info(Format format);
// Whether its progress is counted in pages (slides, too), and not in bytes.
bool counts_pages(Format format);
std::optional<Format> format_from_extension(std::string_view extension);  // "pdf" or ".pdf"

// Looks at the file's bytes (magic numbers, the members of an archive, whether it is text at all),
// then, among the text formats, at the name. Blocking, reads at most a few KiB.
// Errors: unsupported_media_type, which lists what is supported; also when a name of one binary
// format holds another content that cannot be read; storage_unavailable.
Result<Format> detect(const std::filesystem::path& file, std::string_view filename);

}  // namespace walrus::extract
