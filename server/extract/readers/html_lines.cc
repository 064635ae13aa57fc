#include "extract/readers/html_lines.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/utf8.h"

namespace walrus::extract {

namespace {

constexpr std::size_t kShortLine = 160;  // in bytes

// Lines that are nothing else, in lower case and without marks.
constexpr std::array<std::string_view, 63> kWholeLines{"comments are closed",
                                                       "advertisement",
                                                       "advertisements",
                                                       "advertising",
                                                       "ad",
                                                       "ads by google",
                                                       "sponsored",
                                                       "sponsored content",
                                                       "promoted",
                                                       "share",
                                                       "share this",
                                                       "share this article",
                                                       "share this story",
                                                       "share on facebook",
                                                       "share on twitter",
                                                       "tweet",
                                                       "pin it",
                                                       "email",
                                                       "print",
                                                       "like this",
                                                       "like loading",
                                                       "loading",
                                                       "related",
                                                       "related articles",
                                                       "related stories",
                                                       "related posts",
                                                       "related content",
                                                       "related topics",
                                                       "more on this topic",
                                                       "most read",
                                                       "most popular",
                                                       "trending",
                                                       "read more",
                                                       "continue reading",
                                                       "story continues below",
                                                       "article continues below advertisement",
                                                       "scroll to continue",
                                                       "scroll to continue with content",
                                                       "skip advertisement",
                                                       "story continues below advertisement",
                                                       "continue reading the main story",
                                                       "back to top",
                                                       "top",
                                                       "click to expand",
                                                       "watch video",
                                                       "play video",
                                                       "view gallery",
                                                       "copy link",
                                                       "copy",
                                                       "edit",
                                                       "permalink",
                                                       "comments",
                                                       "leave a comment",
                                                       "add a comment",
                                                       "post a comment",
                                                       "reply",
                                                       "anzeige",
                                                       "werbung",
                                                       "publicité",
                                                       "publicidad",
                                                       "publicidade",
                                                       "pubblicità",
                                                       "реклама"};
// Lines that begin so.
constexpr std::array<std::string_view, 58> kBeginnings{"read more:",
                                                       "read also:",
                                                       "also read:",
                                                       "also read ",
                                                       "read next",
                                                       "see also:",
                                                       "related:",
                                                       "related story:",
                                                       "related stories:",
                                                       "more:",
                                                       "more from ",
                                                       "watch:",
                                                       "listen:",
                                                       "recommended:",
                                                       "don't miss:",
                                                       "don’t miss:",
                                                       "you may also like",
                                                       "you might also like",
                                                       "you may like",
                                                       "share this",
                                                       "share on ",
                                                       "follow us on",
                                                       "follow us:",
                                                       "like us on",
                                                       "sign up for ",
                                                       "sign up to ",
                                                       "subscribe to our",
                                                       "get our newsletter",
                                                       "click here to ",
                                                       "tags:",
                                                       "tagged:",
                                                       "filed under",
                                                       "posted in ",
                                                       "categories:",
                                                       "category:",
                                                       "topics:",
                                                       "labels:",
                                                       "photo by ",
                                                       "photo credit:",
                                                       "image credit:",
                                                       "photo: ",
                                                       "image copyright",
                                                       "copyright ©",
                                                       "© ",
                                                       "all rights reserved",
                                                       "please enable javascript",
                                                       "media playback is",
                                                       "lesen sie auch",
                                                       "mehr zum thema",
                                                       "lire aussi",
                                                       "à lire aussi",
                                                       "lea también",
                                                       "lee también",
                                                       "leia também",
                                                       "leggi anche",
                                                       "читайте также",
                                                       "lees ook",
                                                       "läs också"};

// Beginnings of lines that may be longer.
constexpr std::array<std::string_view, 16> kLongBeginnings{"copyright ",
                                                           "©",
                                                           "all rights reserved",
                                                           "sign up for ",
                                                           "sign up to ",
                                                           "subscribe to ",
                                                           "subscribe now",
                                                           "get the latest ",
                                                           "follow us ",
                                                           "click here ",
                                                           "this site uses cookies",
                                                           "we use cookies",
                                                           "please enable javascript",
                                                           "you need to enable javascript",
                                                           "to comment on this",
                                                           "this material may not be"};

// In lower case, blanks collapsed, and of the other characters those that `keep` wants.
template <class Keep>
std::string folded(std::string_view text, Keep keep) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    auto c = static_cast<UChar32>(next_code_point(text, at));
    if (u_isUWhiteSpace(c)) {
      if (!result.empty() && result.back() != ' ') result += ' ';
    } else if (keep(c)) {
      append_code_point(result, static_cast<char32_t>(u_tolower(c)));
    }
  }
  while (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

bool is_letter_or_digit(UChar32 c) {
  return u_isalnum(c) != 0;
}

// Letters and digits alone.
std::string bare(std::string_view text) {
  std::string result = folded(text, is_letter_or_digit);
  std::erase(result, ' ');
  return result;
}

template <std::size_t N>
bool begins_with_one(std::string_view line, const std::array<std::string_view, N>& beginnings) {
  return std::ranges::any_of(
      beginnings, [&](std::string_view beginning) { return line.starts_with(beginning); });
}

std::string folded(std::string_view line) {
  return folded(line, [](UChar32) { return true; });
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A year or a time of day.
bool holds_date(std::string_view line) {
  for (std::size_t at = 0; at + 4 <= line.size(); ++at) {
    std::string_view four = line.substr(at, 4);
    bool digits = std::ranges::all_of(four, is_digit);
    if (digits && (four.starts_with("19") || four.starts_with("20"))) return true;
    if (is_digit(four[0]) && four[1] == ':' && is_digit(four[2]) && is_digit(four[3])) return true;
  }
  return false;
}

}  // namespace

bool is_boilerplate(std::string_view line) {
  if (line.size() > 2 * kLongLine) return false;
  std::string whole = folded(line);
  if (whole.empty() || whole.size() > kLongLine) return false;
  if (whole == "¶" || whole == "#" || whole == "§") return true;
  if (begins_with_one(whole, kLongBeginnings)) return true;
  if (whole.size() > kShortLine) return false;
  return begins_with_one(whole, kBeginnings) ||
         std::ranges::find(kWholeLines, folded(line, is_letter_or_digit)) != kWholeLines.end();
}

bool begins_comments(std::string_view line) {
  constexpr std::array<std::string_view, 13> kNouns{
      "comment",     "comments",  "response",    "responses",   "reply",
      "replies",     "kommentar", "kommentare",  "commentaire", "commentaires",
      "comentarios", "réactions", "комментариев"};
  constexpr std::array<std::string_view, 9> kPhrases{
      "leave a comment", "leave a reply",         "post a comment",
      "add a comment",   "join the conversation", "join the discussion",
      "thoughts on",     "responses to",          "comments on"};
  if (line.size() > 2 * kShortLine) return false;
  std::string words = folded(line, is_letter_or_digit);
  std::size_t letters = words.find_first_not_of("0123456789 ");
  if (letters == std::string::npos) return false;
  std::size_t end = words.find_last_not_of("0123456789 ") + 1;
  std::string_view phrase = std::string_view(words).substr(letters, end - letters);
  bool number_before = letters > 0;
  bool number_behind = end < words.size() && phrase.ends_with('s');  // "Comment 3" is one of them
  bool noun = std::ranges::find(kNouns, phrase) != kNouns.end();
  if (noun && (number_before || number_behind)) return true;
  return begins_with_one(phrase, kPhrases);
}

bool is_byline(std::string_view line) {
  constexpr std::array<std::string_view, 12> kBylines{
      "by ",      "by:",     "written by", "posted ", "published", "updated",
      "last upd", "reading", "von ",       "par ",    "por ",      "door "};
  std::string whole = folded(line.substr(0, kShortLine));
  return begins_with_one(whole, kBylines) || holds_date(whole) || whole.ends_with(" ago") ||
         whole.ends_with(" min read") || whole.ends_with(" minute read");
}

bool repeats_title(std::string_view heading, std::string_view title) {
  std::string words = bare(heading);
  std::string all = bare(title);
  if (words.size() < 3 || all.empty()) return false;
  bool part = all.starts_with(words) || (words.size() >= 12 && all.contains(words));
  return part || (all.size() >= 12 && words.starts_with(all));
}

}  // namespace walrus::extract
