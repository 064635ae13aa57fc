// Rows of a table as lines that say by themselves what they mean.
#pragma once

#include <string>
#include <vector>

#include "extract/readers/document_builder.h"

namespace walrus::extract {

// With a header row, each row becomes "Name: Anna; City: Paris", so that a chunk or a hit from the
// middle of a long table still tells whose value is what. Without one, the cells are separated by
// tabs. The first row with more than one cell is the header if its cells are all there, all
// different, short and no numbers; a lone cell before it is a caption.
class TableWriter {
 public:
  explicit TableWriter(DocumentBuilder& builder) : builder_(builder) {}

  void add_row(std::vector<std::string> cells);
  // The table has ended; a header that stayed alone is written as a row.
  void finish();

 private:
  void write_plain(const std::vector<std::string>& cells);
  void write_named(const std::vector<std::string>& cells);

  DocumentBuilder& builder_;
  std::vector<std::string> header_;
  bool header_settled_ = false;
  bool has_rows_ = false;
};

}  // namespace walrus::extract
