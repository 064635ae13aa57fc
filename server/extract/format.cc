#include "extract/format.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace walrus::extract {

namespace {

constexpr std::array<FormatInfo, 11> kFormats{{
    {Format::kText, "Text", ".txt", "text/plain"},
    {Format::kMarkdown, "Markdown", ".md", "text/markdown"},
    {Format::kHtml, "HTML", ".html", "text/html"},
    {Format::kPdf, "PDF", ".pdf", "application/pdf"},
    {Format::kDocx, "Word", ".docx",
     "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {Format::kCsv, "CSV", ".csv", "text/csv"},
    {Format::kJson, "JSON", ".json", "application/json"},
    {Format::kXlsx, "Excel", ".xlsx",
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {Format::kPptx, "PowerPoint", ".pptx",
     "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {Format::kOdt, "OpenDocument text", ".odt", "application/vnd.oasis.opendocument.text"},
    {Format::kEpub, "EPUB", ".epub", "application/epub+zip"},
}};

struct Alias {
  std::string_view extension;
  Format format;
};

// Other names of the same formats. Macro-enabled and template files differ only in what is ignored.
constexpr std::array kAliases{
    Alias{"text", Format::kText},         Alias{"log", Format::kText},
    Alias{"markdown", Format::kMarkdown}, Alias{"mdown", Format::kMarkdown},
    Alias{"htm", Format::kHtml},          Alias{"xhtml", Format::kHtml},
    Alias{"docm", Format::kDocx},         Alias{"dotx", Format::kDocx},
    Alias{"tsv", Format::kCsv},           Alias{"jsonl", Format::kJson},
    Alias{"ndjson", Format::kJson},       Alias{"geojson", Format::kJson},
    Alias{"xlsm", Format::kXlsx},         Alias{"xltx", Format::kXlsx},
    Alias{"pptm", Format::kPptx},         Alias{"ppsx", Format::kPptx},
    Alias{"potx", Format::kPptx},         Alias{"ott", Format::kOdt},
};

}  // namespace

const FormatInfo& info(Format format) {
  return kFormats[static_cast<std::size_t>(format)];
}

bool counts_pages(Format format) {
  return format == Format::kPdf || format == Format::kPptx;
}

std::optional<Format> format_from_extension(std::string_view extension) {
  if (extension.starts_with('.')) extension.remove_prefix(1);
  std::string lower(extension);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const FormatInfo& format : kFormats) {
    if (format.extension.substr(1) == lower) return format.format;
  }
  auto alias = std::ranges::find(kAliases, lower, &Alias::extension);
  if (alias == kAliases.end()) return std::nullopt;
  return alias->format;
}

}  // namespace walrus::extract
