// What a short line says: whether it is one of those that sites repeat on every page.
#pragma once

#include <cstddef>
#include <string_view>

namespace walrus::extract {

// Longer lines, in bytes, are not looked at.
inline constexpr std::size_t kLongLine = 300;

// "Advertisement", "Read more: ...", "Share this", and what stands for them in other languages.
bool is_boilerplate(std::string_view line);

// "12 comments", "Comments (3)", "Leave a reply": what follows was written by readers. Without a
// number the word alone is not enough, for it may head a chapter.
bool begins_comments(std::string_view line);

// "By ...", "Published ...", or anything with a year or a time of day in it.
bool is_byline(std::string_view line);

// Whether a heading says what the page's title says, which may have the site's name beside it.
bool repeats_title(std::string_view heading, std::string_view title);

}  // namespace walrus::extract
