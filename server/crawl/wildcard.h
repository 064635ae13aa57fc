// Patterns in which '*' stands for any characters, '/' and none at all included. Everything else
// stands for itself.
#pragma once

#include <string_view>

namespace walrus::crawl {

bool matches_whole(std::string_view text, std::string_view pattern);

// Whether a beginning of `text` does.
bool matches_beginning(std::string_view text, std::string_view pattern);

}  // namespace walrus::crawl
