// Documents made on the spot, for tests and fuzzers.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace walrus::extract {

using Members = std::vector<std::pair<std::string, std::string>>;

// A ZIP archive with these members; the first is stored, the others deflated.
std::string make_zip(const Members& members);

std::string make_docx(std::string_view body_xml, const Members& more = {});
std::string make_xlsx(std::string_view sheet_rows, const Members& more = {});
// Slides 1, 2, … of these shape trees, listed in the order of `order` (numbers from 1).
std::string make_pptx(const std::vector<std::string>& slides, const std::vector<int>& order);
std::string make_odt(std::string_view text_xml, const Members& more = {});
std::string make_epub(const std::vector<std::string>& chapters, const Members& more = {});

// One line of text a page; an empty one makes a page without text.
std::string make_pdf(const std::vector<std::string>& pages, std::string_view trailer_entries = "");

// A file in a folder of its own, gone with this object.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view bytes);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace walrus::extract
