#include "llm/extractive_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "base/utf8.h"
#include "llm/quoted_text.h"
#include "llm/sentence_ranking.h"

namespace walrus::llm {

namespace {

// Below this share of the question's weight a sentence speaks of something else. Found on XQuAD
// (extractive_quality_test.cc): it lets most unrelated questions go unanswered.
constexpr double kLeastRelevance = 0.36;
constexpr double kRedundancyPenalty = 0.6;
constexpr double kNextSentenceBonus = 0.15;
constexpr double kSpreadPenalty = 0.12;
constexpr std::size_t kWordsInGroup = 6;
constexpr std::size_t kLongestGroup = 64;  // bytes, for scripts without spaces

// How an approach picks and sets its sentences.
struct Manner {
  std::size_t most;      // sentences
  double close_to_best;  // share of the best one's score that the others must have
  bool follow_on;        // the sentence after a chosen one is welcome
  bool spread;           // over the sources
  std::string_view between_sources;
};

Manner manner_of(Approach approach) {
  switch (approach) {
    case Approach::kSearchFocused:
      return {3, 0.85, false, false, " "};
    case Approach::kExplanationFocused:
      return {6, 0.6, true, false, "\n\n"};
    case Approach::kAnalysisFocused:
      return {5, 0.6, false, true, "\n\n"};
    case Approach::kSummaryFocused:
      break;
  }
  return {8, 0.3, false, true, "\n"};
}

// Of the shorter one's terms, the share that the other has too.
double overlap(const Sentence& a, const Sentence& b) {
  std::size_t shared = 0;
  for (const std::string& term : a.terms)
    shared += std::ranges::binary_search(b.terms, term) ? 1 : 0;
  std::size_t shorter = std::min(a.terms.size(), b.terms.size());
  return shorter == 0 ? 0 : static_cast<double>(shared) / static_cast<double>(shorter);
}

using Chosen = std::vector<const Sentence*>;

// What `sentence` would add to what was chosen.
double gain(const Sentence& sentence, const Chosen& chosen, const Manner& manner) {
  double redundancy = 0;
  double same_source = 0;
  bool follows = false;
  for (const Sentence* other : chosen) {
    redundancy = std::max(redundancy, overlap(sentence, *other));
    if (other->source != sentence.source) continue;
    ++same_source;
    follows = follows || other->position + 1 == sentence.position;
  }
  double score = sentence.score;
  // Sentences on one matter share some words; only near repetition costs.
  score -= kRedundancyPenalty * std::max(0.0, redundancy - 0.4);
  if (manner.follow_on && follows) score += kNextSentenceBonus;
  if (manner.spread) score -= kSpreadPenalty * same_source;
  return score;
}

const Sentence* best_next(const Ranking& ranking, const Chosen& chosen, const Manner& manner,
                          double least) {
  const Sentence* best = nullptr;
  double best_gain = least;
  for (const Sentence& sentence : ranking.sentences) {
    bool taken = std::ranges::find(chosen, &sentence) != chosen.end();
    if (taken || sentence.relevance <= 0) continue;
    double its_gain = gain(sentence, chosen, manner);
    if (its_gain <= best_gain) continue;
    best = &sentence;
    best_gain = its_gain;
  }
  return best;
}

Chosen choose(const Ranking& ranking, const Manner& manner) {
  Chosen chosen;
  double least = -std::numeric_limits<double>::infinity();
  while (chosen.size() < manner.most) {
    const Sentence* next = best_next(ranking, chosen, manner, least);
    if (!next) break;
    if (chosen.empty() && !ranking.about_the_whole) least = next->score * manner.close_to_best;
    chosen.push_back(next);
  }
  std::ranges::sort(chosen, [](const Sentence* a, const Sentence* b) {
    return std::pair(a->source, a->position) < std::pair(b->source, b->position);
  });
  return chosen;
}

std::string compose(const Chosen& chosen, const Manner& manner, bool as_list) {
  std::string answer;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    bool new_source = i == 0 || chosen[i - 1]->source != chosen[i]->source;
    bool last_of_source = i + 1 == chosen.size() || chosen[i + 1]->source != chosen[i]->source;
    if (i > 0)
      answer += as_list ? "\n" : new_source ? manner.between_sources : std::string_view(" ");
    if (as_list) answer += "- ";
    answer += tidy(chosen[i]->text);
    if (as_list || last_of_source) answer += fmt::format(" [{}]", chosen[i]->source + 1);
  }
  return answer;
}

}  // namespace

std::string extractive_answer(const Prompt& asked) {
  Prompt prompt = asked;
  for (Source& source : prompt.sources)
    source.text = without_marks(source.text, prompt.sources.size());
  Ranking ranking = rank_sentences(prompt);
  if (ranking.best_relevance < kLeastRelevance) return std::string(kNothingFound);
  bool summary = prompt.approach == Approach::kSummaryFocused || ranking.about_the_whole;
  Manner manner = manner_of(summary ? Approach::kSummaryFocused : prompt.approach);
  Chosen chosen = choose(ranking, manner);
  if (chosen.empty()) return std::string(kNothingFound);
  std::string answer = compose(chosen, manner, summary && chosen.size() > 1);
  return is_valid_utf8(answer) ? answer : replace_invalid_utf8(answer);
}

std::vector<std::string_view> word_groups(std::string_view answer) {
  std::vector<std::string_view> groups;
  std::size_t begin = 0;
  std::size_t words = 0;
  for (std::size_t at = 0; at < answer.size(); ++at) {
    words += answer[at] == ' ' || answer[at] == '\n' ? 1 : 0;
    bool full = words == kWordsInGroup || at + 1 - begin >= kLongestGroup;
    if (!full || !is_code_point_start(answer, at + 1)) continue;
    groups.push_back(answer.substr(begin, at + 1 - begin));
    begin = at + 1;
    words = 0;
  }
  if (begin < answer.size()) groups.push_back(answer.substr(begin));
  return groups;
}

}  // namespace walrus::llm
