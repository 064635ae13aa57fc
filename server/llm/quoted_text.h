// A source's text as it may be quoted in an answer.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace walrus::llm {

// Without marks that would pass for the answer's own: "[n]" of one of the `sources`, and footnotes
// behind the end of a sentence. What stands right behind a word ("args[1]") is left: it is an index
// as often as a footnote.
std::string without_marks(std::string_view text, std::size_t sources);

// A sentence on one line, without a list's bullet, and shortened where it is no sentence any more.
std::string tidy(std::string_view sentence);

}  // namespace walrus::llm
