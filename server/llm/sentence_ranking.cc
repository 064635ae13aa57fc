#include "llm/sentence_ranking.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "llm/answer_cues.h"
#include "text/chunker.h"
#include "text/terms.h"

namespace walrus::llm {

namespace {

// Shares of the question's weight: a term counts in full in the sentence itself, less in the one
// before it (which names what a "they" stands for), less still anywhere else in its chunk.
constexpr double kBeforeShare = 0.35;
constexpr double kAnsweredShare = 0.8;  // where the sentence before is a question itself (an FAQ)
constexpr double kChunkShare = 0.2;
constexpr double kNameShare = 0.6;  // the name of what a whole passage is about is seldom repeated

constexpr double kNeighbouringTerms = 0.1;
constexpr double kCueBonus = 0.2;
constexpr double kRankBonus = 0.08;
constexpr double kPositionBonus = 0.02;
constexpr double kFragmentPenalty = 0.25;
constexpr double kQuestionPenalty = 0.3;
constexpr std::size_t kFewestTerms = 4;  // fewer is a heading or a fragment
constexpr std::size_t kManyTerms = 60;

using TermSet = std::unordered_set<std::string>;

// A sentence with what only the ranking needs.
struct Candidate {
  Sentence sentence;
  std::vector<std::string> in_order;
  bool is_question = false;
  bool is_fragment = false;
};

struct SourceReading {
  std::string language;
  TermSet terms;  // of the text, the label and the heading
};

std::string without_space(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c != ' ' && c != '\n' && c != '\t') out += c;
  }
  return out;
}

bool has(const std::vector<std::string>& sorted, const std::string& term) {
  return std::ranges::binary_search(sorted, term);
}

class Ranker {
 public:
  explicit Ranker(const Prompt& prompt) : prompt_(prompt) {}

  Ranking rank() {
    read_sources();
    count_terms();
    Ranking ranking;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      const Question& question = question_in(sources_[candidates_[i].sentence.source].language);
      ranking.about_the_whole = ranking.about_the_whole || question.about_the_whole;
      question.about_the_whole ? score_centrality(candidates_[i]) : score_answer(i, question);
      ranking.best_relevance = std::max(ranking.best_relevance, candidates_[i].sentence.relevance);
    }
    for (Candidate& candidate : candidates_)
      ranking.sentences.push_back(std::move(candidate.sentence));
    return ranking;
  }

 private:
  void read_sources() {
    std::unordered_set<std::string> seen;  // overlapping chunks share sentences
    for (std::size_t i = 0; i < prompt_.sources.size(); ++i) {
      const Source& source = prompt_.sources[i];
      SourceReading reading{text::detect_language(source.text), {}};
      for (std::string_view about :
           {std::string_view(source.label), std::string_view(source.heading)}) {
        for (std::string& term : text::index_terms(about, reading.language))
          reading.terms.insert(std::move(term));
      }
      std::size_t position = 0;
      for (text::Range range : text::split_sentences(source.text)) {
        std::string_view text =
            std::string_view(source.text).substr(range.begin, range.end - range.begin);
        Candidate candidate = read_sentence(i, position++, text, reading.language);
        for (const std::string& term : candidate.sentence.terms) reading.terms.insert(term);
        if (candidate.in_order.empty() || !seen.insert(without_space(text)).second) continue;
        candidates_.push_back(std::move(candidate));
      }
      sources_.push_back(std::move(reading));
    }
  }

  static Candidate read_sentence(std::size_t source, std::size_t position, std::string_view text,
                                 const std::string& language) {
    Candidate candidate;
    candidate.in_order = text::index_terms(text, language);
    candidate.is_question = asks(text);
    candidate.is_fragment = candidate.in_order.size() < kFewestTerms && !ends_like_a_sentence(text);
    candidate.sentence = {source, position, text, candidate.in_order, 0, 0};
    std::vector<std::string>& terms = candidate.sentence.terms;
    std::ranges::sort(terms);
    terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
    return candidate;
  }

  void count_terms() {
    for (const Candidate& candidate : candidates_) {
      for (const std::string& term : candidate.sentence.terms) ++sentences_with_[term];
    }
  }

  // Rare terms tell more. One that occurs nowhere weighs as if it occurred once: its absence says
  // much, but the text may have another word for it.
  double weight_of(const std::string& term) const {
    auto found = sentences_with_.find(term);
    double with = found == sentences_with_.end() ? 1 : found->second;
    double all = static_cast<double>(candidates_.size());
    return std::log(1 + (all - with + 0.5) / (with + 0.5));
  }

  const Question& question_in(const std::string& language) {
    auto found = questions_.find(language);
    if (found == questions_.end()) {
      Question question = read_question(prompt_.query, prompt_.approach, prompt_.history, language);
      found = questions_.emplace(language, std::move(question)).first;
    }
    return found->second;
  }

  void score_answer(std::size_t index, const Question& question) {
    Candidate& candidate = candidates_[index];
    const Candidate* before = index > 0 ? &candidates_[index - 1] : nullptr;
    if (before && before->sentence.source != candidate.sentence.source) before = nullptr;
    double before_share = before && before->is_question ? kAnsweredShare : kBeforeShare;
    double all = 0;
    double own = 0;
    double around = 0;
    for (const QuestionTerm& term : question.terms) {
      double weight = term.weight * weight_of(term.term);
      all += weight;
      if (has(candidate.sentence.terms, term.term)) {
        own += weight;
      } else if (before && has(before->sentence.terms, term.term)) {
        around += weight * std::max(before_share, term.is_name ? kNameShare : 0);
      } else if (sources_[candidate.sentence.source].terms.contains(term.term)) {
        around += weight * (term.is_name ? kNameShare : kChunkShare);
      }
    }
    if (all == 0) return;
    candidate.sentence.relevance = (own + around) / all;
    candidate.sentence.score = candidate.sentence.relevance + bonuses(candidate, question);
  }

  double bonuses(const Candidate& candidate, const Question& question) const {
    double bonus = kNeighbouringTerms * neighbouring(candidate, question);
    if (fits_expectation(candidate.sentence.text, question.expected, prompt_.query))
      bonus += kCueBonus;
    return bonus + standing(candidate);
  }

  // What a sentence has going for it whatever was asked.
  double standing(const Candidate& candidate) const {
    double ranks = static_cast<double>(prompt_.sources.size());
    double score = kRankBonus * (1 - static_cast<double>(candidate.sentence.source) / ranks);
    if (candidate.sentence.position == 0) score += kPositionBonus;
    if (candidate.is_fragment || candidate.in_order.size() > kManyTerms) score -= kFragmentPenalty;
    if (candidate.is_question) score -= kQuestionPenalty;
    return score;
  }

  // The share of the question's neighbouring terms that stand within three words here, in their
  // order.
  static double neighbouring(const Candidate& candidate, const Question& question) {
    if (question.terms.size() < 2) return 0;
    std::size_t near = 0;
    for (std::size_t i = 0; i + 1 < question.terms.size(); ++i) {
      near += stands_near(candidate.in_order, question.terms[i].term, question.terms[i + 1].term)
                  ? 1
                  : 0;
    }
    return static_cast<double>(near) / static_cast<double>(question.terms.size() - 1);
  }

  static bool stands_near(const std::vector<std::string>& words, const std::string& first,
                          const std::string& second) {
    constexpr std::ptrdiff_t kNear = 3;
    for (auto at = std::ranges::find(words, first); at != words.end();
         at = std::find(at + 1, words.end(), first)) {
      auto end = words.end() - at > kNear ? at + kNear + 1 : words.end();
      if (std::find(at + 1, end, second) != end) return true;
    }
    return false;
  }

  // How much a sentence shares with all others: the average of how common its terms are.
  void score_centrality(Candidate& candidate) const {
    double common = 0;
    for (const std::string& term : candidate.sentence.terms) {
      auto with = static_cast<double>(sentences_with_.at(term));
      if (term.size() > 3) common += std::log(with);
    }
    candidate.sentence.relevance = 1;
    candidate.sentence.score =
        common / std::sqrt(static_cast<double>(candidate.sentence.terms.size()) + 4) / 4;
    candidate.sentence.score +=
        standing(candidate) + 5 * (candidate.sentence.position == 0 ? kPositionBonus : 0);
  }

  const Prompt& prompt_;
  std::vector<SourceReading> sources_;
  std::vector<Candidate> candidates_;
  std::unordered_map<std::string, int> sentences_with_;
  std::map<std::string, Question> questions_;  // by the sources' languages
};

}  // namespace

Ranking rank_sentences(const Prompt& prompt) {
  return Ranker(prompt).rank();
}

}  // namespace walrus::llm
