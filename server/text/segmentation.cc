#include "text/segmentation.h"

#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "base/utf8.h"

namespace walrus::text {

namespace {

using Iterator = std::unique_ptr<icu::BreakIterator>;
using Maker = icu::BreakIterator* (*)(const icu::Locale&, UErrorCode&);

// ICU's rules are part of its library: without them nothing here can work.
Iterator make(Maker maker) {
  UErrorCode status = U_ZERO_ERROR;
  Iterator iterator(maker(icu::Locale::getRoot(), status));
  if (U_FAILURE(status)) std::abort();
  return iterator;
}

// Making an iterator reads rules and costs milliseconds, cloning one does not.
icu::BreakIterator& words_of_this_thread() {
  static const Iterator kPrototype = make(icu::BreakIterator::createWordInstance);
  thread_local const Iterator iterator(kPrototype->clone());
  return *iterator;
}

icu::BreakIterator& sentences_of_this_thread() {
  static const Iterator kPrototype = make(icu::BreakIterator::createSentenceInstance);
  thread_local const Iterator iterator(kPrototype->clone());
  return *iterator;
}

// Puts `iterator` on `text` for as long as this lives.
class Placement {
 public:
  Placement(icu::BreakIterator& iterator, std::string_view text) : iterator_(iterator) {
    UErrorCode status = U_ZERO_ERROR;
    utext_openUTF8(&text_, text.data(), static_cast<int64_t>(text.size()), &status);
    iterator_.setText(&text_, status);
  }
  Placement(const Placement&) = delete;
  Placement& operator=(const Placement&) = delete;
  ~Placement() {
    iterator_.setText(icu::UnicodeString());
    utext_close(&text_);
  }

 private:
  icu::BreakIterator& iterator_;
  UText text_ = UTEXT_INITIALIZER;
};

SegmentKind kind_of(int32_t status) {
  if (status < UBRK_WORD_NONE_LIMIT) return SegmentKind::kNone;
  return status < UBRK_WORD_NUMBER_LIMIT ? SegmentKind::kNumber : SegmentKind::kLetters;
}

bool is_space(char32_t c) {
  return u_isUWhiteSpace(static_cast<UChar32>(c));
}

std::size_t previous_start(std::string_view text, std::size_t at) {
  do --at;
  while (at > 0 && !is_code_point_start(text, at));
  return at;
}

char32_t code_point_at(std::string_view text, std::size_t at) {
  return next_code_point(text, at);
}

// Whether the sentence behind a line end goes on from the one before it.
bool goes_on(std::string_view text, Range before, Range next) {
  std::string_view between = text.substr(before.end, next.begin - before.end);
  if (std::count(between.begin(), between.end(), '\n') != 1) return false;
  auto last = static_cast<UChar32>(code_point_at(text, previous_start(text, before.end)));
  bool open = u_isalnum(last) || last == ',' || last == ';' || last == '-';
  return open && u_islower(static_cast<UChar32>(code_point_at(text, next.begin)));
}

}  // namespace

void each_segment(std::string_view text, const std::function<void(Range, SegmentKind)>& take) {
  icu::BreakIterator& iterator = words_of_this_thread();
  Placement placement(iterator, text);
  auto begin = static_cast<std::size_t>(iterator.first());
  for (int32_t end = iterator.next(); end != icu::BreakIterator::DONE; end = iterator.next()) {
    take({begin, static_cast<std::size_t>(end)}, kind_of(iterator.getRuleStatus()));
    begin = static_cast<std::size_t>(end);
  }
}

std::vector<Range> split_sentences(std::string_view text) {
  std::vector<Range> sentences;
  icu::BreakIterator& iterator = sentences_of_this_thread();
  Placement placement(iterator, text);
  auto begin = static_cast<std::size_t>(iterator.first());
  for (int32_t end = iterator.next(); end != icu::BreakIterator::DONE; end = iterator.next()) {
    Range sentence = trim(text, {begin, static_cast<std::size_t>(end)});
    begin = static_cast<std::size_t>(end);
    if (sentence.begin == sentence.end) continue;
    if (!sentences.empty() && goes_on(text, sentences.back(), sentence)) {
      sentences.back().end = sentence.end;
    } else {
      sentences.push_back(sentence);
    }
  }
  return sentences;
}

Range trim(std::string_view text, Range range) {
  while (range.begin < range.end) {
    std::size_t next = range.begin;
    if (!is_space(next_code_point(text, next))) break;
    range.begin = next;
  }
  while (range.end > range.begin) {
    std::size_t last = previous_start(text, range.end);
    if (!is_space(code_point_at(text, last))) break;
    range.end = last;
  }
  return range;
}

}  // namespace walrus::text
