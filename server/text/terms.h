// Text to index terms: ICU words, NFKC case-folded, stemmed by Snowball in the text's language.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace walrus::text {

// ISO 639-1 code by cld2, or "" when it cannot be told. Thread-safe.
std::string detect_language(std::string_view text);

// Index terms in order. An unknown language is not stemmed. Thread-safe.
std::vector<std::string> index_terms(std::string_view text, std::string_view language);

// The same of a query, without the language's stop words (all of them, if nothing else is left) and
// without repetition.
std::vector<std::string> query_terms(std::string_view query, std::string_view language);

}  // namespace walrus::text
