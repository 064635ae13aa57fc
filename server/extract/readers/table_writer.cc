#include "extract/readers/table_writer.h"

#include <algorithm>
#include <set>

namespace walrus::extract {

namespace {

constexpr std::size_t kMaxHeaderCellBytes = 100;

bool is_number(std::string_view cell) {
  return cell.find_first_not_of("0123456789.,+-/: %$") == std::string_view::npos;
}

bool is_header(const std::vector<std::string>& cells) {
  std::set<std::string_view> seen;
  return std::ranges::all_of(cells, [&](const std::string& cell) {
    return !cell.empty() && cell.size() <= kMaxHeaderCellBytes && !is_number(cell) &&
           seen.insert(cell).second;
  });
}

}  // namespace

void TableWriter::add_row(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = std::string(trim(cell));
  while (!cells.empty() && cells.back().empty()) cells.pop_back();
  auto filled = std::ranges::count_if(cells, [](const std::string& cell) { return !cell.empty(); });
  if (filled == 0) return;
  if (!header_settled_ && filled > 1) {
    header_settled_ = true;
    if (is_header(cells)) {
      header_ = std::move(cells);
      return;
    }
  }
  has_rows_ = true;
  if (header_.empty()) {
    write_plain(cells);
  } else {
    write_named(cells);
  }
}

void TableWriter::finish() {
  if (!header_.empty() && !has_rows_) write_plain(header_);
  header_.clear();
  header_settled_ = false;
  has_rows_ = false;
}

void TableWriter::write_plain(const std::vector<std::string>& cells) {
  bool first = true;
  for (const std::string& cell : cells) {
    if (cell.empty()) continue;
    if (!first) builder_.append_tab();
    first = false;
    builder_.append_words(cell);
  }
  builder_.break_line();
}

void TableWriter::write_named(const std::vector<std::string>& cells) {
  bool first = true;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].empty()) continue;
    if (!first) builder_.append("; ");
    first = false;
    if (i < header_.size()) {
      builder_.append_words(header_[i]);
      builder_.append(": ");
    }
    builder_.append_words(cells[i]);
  }
  builder_.break_line();
}

}  // namespace walrus::extract
