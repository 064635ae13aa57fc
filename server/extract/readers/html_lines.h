// What a short line says: whether it is one of those that sites repeat on every page.
#pragma once

#include <cstddef>
#include <string_view>

namespace walrus::extract {

// Longer lines, in bytes, are not looked at.
inline constexpr std::size_t kLongLine = 160;

// "Advertisement", "Read more: ...", "Share this", and what stands for them in other languages.
bool is_boilerplate(std::string_view line);

// "By ...", or anything with a number in it, as dates and reading times have.
bool is_byline(std::string_view line);

// Whether a heading says what the page's title says, which may have the site's name beside it.
bool repeats_title(std::string_view heading, std::string_view title);

}  // namespace walrus::extract
