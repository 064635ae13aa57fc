#include "text/terms.h"

#include <cld2/public/compact_lang_det.h>
#include <libstemmer.h>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <unordered_set>

#include "base/utf8.h"
#include "text/segmentation.h"
#include "text/stop_words.h"

namespace walrus::text {

namespace {

constexpr std::size_t kLanguageSample = std::size_t{128} * 1024;
constexpr std::size_t kLongestTerm = 128;

std::string_view prefix(std::string_view text, std::size_t length) {
  if (text.size() <= length) return text;
  while (!is_code_point_start(text, length)) --length;
  return text.substr(0, length);
}

// cld2's codes are older than ISO 639-1's last changes, and tell scripts apart.
std::string modern_code(std::string_view code) {
  code = code.substr(0, code.find('-'));
  if (code == "iw") return "he";
  if (code == "jw") return "jv";
  if (code == "un" || code == "xxx" || code == "xx") return "";
  return std::string(code);
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

// ICU's data is part of its library: without it nothing here can work.
const icu::Normalizer2& nfkc_casefold() {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* instance = icu::Normalizer2::getNFKCCasefoldInstance(status);
  if (U_FAILURE(status)) std::abort();
  return *instance;
}

// Before the words are found, for folding can turn one character into several words.
std::string fold(std::string_view text) {
  std::string folded;
  folded.reserve(text.size() + text.size() / 8);
  static const icu::Normalizer2& kCasefold = nfkc_casefold();
  UErrorCode status = U_ZERO_ERROR;
  icu::StringByteSink<std::string> sink(&folded);
  kCasefold.normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<int32_t>(text.size())), sink,
                          nullptr, status);
  if (folded.find('\xE2') != std::string::npos) replace_all(folded, "\u2019", "'");
  // The Turkish capital dotted i: people search for it without a dot above.
  if (folded.find('\xCC') != std::string::npos) replace_all(folded, "i\u0307", "i");
  return folded;
}

struct StemmerCloser {
  void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};
using Stemmer = std::unique_ptr<sb_stemmer, StemmerCloser>;

// Of this thread; null for languages Snowball does not know.
sb_stemmer* stemmer_for(std::string_view language) {
  if (language == "nb" || language == "nn") language = "no";
  if (language.size() != 2) return nullptr;
  thread_local std::map<std::string, Stemmer, std::less<>> stemmers;
  if (auto found = stemmers.find(language); found != stemmers.end()) return found->second.get();
  std::string code(language);
  Stemmer made(sb_stemmer_new(code.c_str(), "UTF_8"));
  if (!made) return nullptr;
  return stemmers.emplace(std::move(code), std::move(made)).first->second.get();
}

std::string stem(sb_stemmer* stemmer, std::string_view word) {
  if (stemmer == nullptr) return std::string(word);
  const sb_symbol* stemmed = sb_stemmer_stem(
      stemmer, reinterpret_cast<const sb_symbol*>(word.data()), static_cast<int>(word.size()));
  int length = sb_stemmer_length(stemmer);
  if (stemmed == nullptr || length == 0) return std::string(word);
  return {reinterpret_cast<const char*>(stemmed), static_cast<std::size_t>(length)};
}

struct Word {
  std::string_view folded;
  bool has_letters;
};

// Languages that write articles and pronouns before an apostrophe: l'arbre, dell'arte.
bool has_elisions(std::string_view language) {
  return language == "fr" || language == "it" || language == "ca";
}

std::vector<Word> words_of(std::string_view folded, std::string_view language) {
  std::vector<Word> words;
  bool split = has_elisions(language);
  each_segment(folded, [&](Range range, SegmentKind kind) {
    if (kind == SegmentKind::kNone) return;
    std::string_view word = folded.substr(range.begin, range.end - range.begin);
    bool has_letters = kind == SegmentKind::kLetters;
    if (std::size_t at = word.find('\''); split && at != std::string_view::npos) {
      words.push_back({prefix(word.substr(0, at), kLongestTerm), has_letters});
      word.remove_prefix(at + 1);
    }
    if (!word.empty()) words.push_back({prefix(word, kLongestTerm), has_letters});
  });
  return words;
}

std::vector<std::string> stem_all(const std::vector<Word>& words, std::string_view language) {
  sb_stemmer* stemmer = stemmer_for(language);
  std::vector<std::string> terms;
  terms.reserve(words.size());
  for (const Word& word : words) {
    terms.push_back(stem(word.has_letters ? stemmer : nullptr, word.folded));
  }
  return terms;
}

}  // namespace

std::string detect_language(std::string_view text) {
  std::string sample(prefix(text, kLanguageSample));
  CLD2::Language languages[3];
  int percents[3];
  int text_bytes = 0;
  bool is_reliable = false;
  CLD2::Language language =
      CLD2::DetectLanguageSummary(sample.data(), static_cast<int>(sample.size()), true, languages,
                                  percents, &text_bytes, &is_reliable);
  if (!is_reliable || text_bytes == 0) return "";
  return modern_code(CLD2::LanguageCode(language));
}

std::vector<std::string> index_terms(std::string_view text, std::string_view language) {
  std::string folded = fold(text);
  return stem_all(words_of(folded, language), language);
}

std::vector<std::string> query_terms(std::string_view query, std::string_view language) {
  std::string folded = fold(query);
  std::vector<Word> words = words_of(folded, language);
  std::vector<Word> telling;
  std::copy_if(words.begin(), words.end(), std::back_inserter(telling),
               [&](const Word& word) { return !is_stop_word(word.folded, language); });

  std::vector<std::string> terms;
  std::unordered_set<std::string> seen;
  for (std::string& term : stem_all(telling.empty() ? words : telling, language)) {
    if (seen.insert(term).second) terms.push_back(std::move(term));
  }
  return terms;
}

}  // namespace walrus::text
