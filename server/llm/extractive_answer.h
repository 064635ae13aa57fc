// An answer put together from the sources' own sentences.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "llm/model.h"

namespace walrus::llm {

// Said, word for word, where the sources hold nothing that bears on the query.
inline constexpr std::string_view kNothingFound =
    "The documents hold nothing that answers this question.";

// Sentences that bear on the query, in reading order, with [n] behind what stands in the n-th
// source; kNothingFound where there are none. Sources' own marks that would pass for such are left
// out. Never empty, valid UTF-8, pure.
std::string extractive_answer(const Prompt& asked);

// The answer in pieces of a few words or signs, which joined are the answer.
std::vector<std::string_view> word_groups(std::string_view answer);

}  // namespace walrus::llm
