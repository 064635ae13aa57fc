// What the look of a sentence tells about it, whatever its words mean.
#pragma once

#include <string_view>

#include "llm/question.h"

namespace walrus::llm {

bool asks(std::string_view sentence);                  // ends with a question mark
bool ends_like_a_sentence(std::string_view sentence);  // with punctuation of any script

// Whether the sentence holds what such a question wants: a number, a time, a name that the query
// does not hold itself. Never for kAnything.
bool fits_expectation(std::string_view sentence, Expected expected, std::string_view query);

}  // namespace walrus::llm
