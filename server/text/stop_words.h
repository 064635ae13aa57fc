// Words that say nothing about what a query is after.
#pragma once

#include <functional>
#include <string_view>

namespace walrus::text {

// Whether `word`, case-folded, is one in `language` (ISO 639-1). Unknown languages have none.
bool is_stop_word(std::string_view word, std::string_view language);

// All of a language's, in no order.
void for_each_stop_word(std::string_view language,
                        const std::function<void(std::string_view)>& take);

}  // namespace walrus::text
