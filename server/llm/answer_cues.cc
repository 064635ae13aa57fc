#include "llm/answer_cues.h"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

namespace walrus::llm {

namespace {

constexpr std::string_view kClosers[] = {"\"",     "'",      ")",      "]",
                                         "\u201D", "\u2019", "\u00BB", "\u300D"};
constexpr std::string_view kStops[] = {".",      "!",      "?",      ":",      ";",     "\u3002",
                                       "\uFF01", "\uFF1F", "\u2026", "\u061F", "\u0964"};
constexpr std::string_view kQuestionMarks[] = {"?", "\uFF1F", "\u061F", "\u037E"};

constexpr std::string_view kNumberWords[] = {
    "two",     "three",   "four",   "five",  "six",     "seven",    "eight",    "nine",
    "ten",     "eleven",  "twelve", "dozen", "hundred", "hundreds", "thousand", "thousands",
    "million", "billion", "half",   "third", "quarter", "once",     "twice"};
constexpr std::string_view kTimeWords[] = {
    "january",   "february", "march",    "april",    "june",    "july",      "august",
    "september", "october",  "november", "december", "century", "monday",    "tuesday",
    "wednesday", "thursday", "friday",   "saturday", "sunday",  "yesterday", "today",
    "tomorrow",  "spring",   "summer",   "autumn",   "winter",  "noon",      "midnight"};
constexpr std::string_view kPlaceWords[] = {"in", "at",    "near",  "from", "to",  "of",
                                            "on", "north", "south", "east", "west"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

std::string_view without_closers(std::string_view text) {
  for (bool found = true; found && !text.empty();) {
    found = false;
    for (std::string_view closer : kClosers) {
      if (!text.ends_with(closer)) continue;
      text.remove_suffix(closer.size());
      found = true;
    }
  }
  return text;
}

template <class Marks>
bool ends_with_any(std::string_view text, const Marks& marks) {
  return std::ranges::any_of(marks, [&](std::string_view mark) { return text.ends_with(mark); });
}

std::string lower(std::string_view word) {
  std::string out(word);
  for (char& c : out) c = is_upper(c) ? static_cast<char>(c + 32) : c;
  return out;
}

// Runs of letters and digits, as bytes: what is not ASCII counts as letters.
std::vector<std::string_view> plain_words(std::string_view text) {
  auto inside = [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || std::isalnum(static_cast<unsigned char>(c));
  };
  std::vector<std::string_view> words;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = at;
    while (end < text.size() && inside(text[end])) ++end;
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

bool contains_word(std::string_view sentence, std::span<const std::string_view> wanted) {
  return std::ranges::any_of(plain_words(sentence), [&](std::string_view word) {
    return std::ranges::find(wanted, lower(word)) != wanted.end();
  });
}

bool has_year(std::string_view sentence) {
  return std::ranges::any_of(plain_words(sentence), [](std::string_view word) {
    bool four = word.size() >= 4 && std::ranges::all_of(word.substr(0, 4), is_digit);
    return four && (word[0] == '1' || word[0] == '2') && (word.size() == 4 || !is_digit(word[4]));
  });
}

// A capitalised word behind the first one that the query does not hold.
bool has_new_name(std::string_view sentence, std::string_view query) {
  std::vector<std::string_view> words = plain_words(sentence);
  std::string asked = lower(query);
  return std::any_of(
      words.begin() + (words.empty() ? 0 : 1), words.end(), [&](std::string_view word) {
        return word.size() > 1 && is_upper(word[0]) && asked.find(lower(word)) == std::string::npos;
      });
}

}  // namespace

bool asks(std::string_view sentence) {
  return ends_with_any(without_closers(sentence), kQuestionMarks);
}

bool ends_like_a_sentence(std::string_view sentence) {
  return ends_with_any(without_closers(sentence), kStops);
}

bool fits_expectation(std::string_view sentence, Expected expected, std::string_view query) {
  switch (expected) {
    case Expected::kAnything:
      return false;
    case Expected::kPerson:
      return has_new_name(sentence, query);
    case Expected::kTime:
      return has_year(sentence) || contains_word(sentence, kTimeWords);
    case Expected::kNumber:
      return std::ranges::any_of(sentence, is_digit) || contains_word(sentence, kNumberWords);
    case Expected::kPlace:
      break;
  }
  return has_new_name(sentence, query) && contains_word(sentence, kPlaceWords);
}

}  // namespace walrus::llm
