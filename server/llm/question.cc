#include "llm/question.h"

#include <algorithm>
#include <unordered_set>

#include "text/stop_words.h"
#include "text/terms.h"

namespace walrus::llm {

namespace {

constexpr double kWeightOfAsking = 0.2;
constexpr double kWeightOfHistory = 0.5;

using WordSet = std::unordered_set<std::string_view>;

// Words that say how to answer or what to look through, and seldom what about.
const WordSet& asking_words() {
  static const WordSet words{
      "summarize", "summarise", "summary", "overview", "tl", "dr", "tldr", "recap", "outline",
      "gist", "explain", "explanation", "describe", "description", "elaborate", "clarify",
      "compare", "comparison", "contrast", "difference", "differences", "analyze", "analyse",
      "analysis", "evaluate", "assess", "document", "documents", "file", "files", "text", "texts",
      "page", "pages", "article", "articles", "paper", "pdf", "website", "site", "source",
      "sources", "content", "contents", "section", "chapter", "tell", "give", "list", "show",
      "find", "please", "many", "much", "mean", "means", "meaning", "key", "main", "point",
      "points", "finding", "findings", "takeaway", "takeaways", "topic", "topics", "idea", "ideas",
      "brief", "briefly", "short", "detail", "details", "question", "answer", "name", "called",
      "know", "info", "information", "important", "step", "work",
      // fr, de, es, it, pt, ru
      "résume", "résumer", "résumez", "résumé", "explique", "expliquer", "expliquez", "fichier",
      "texte", "fasse", "zusammen", "zusammenfassung", "erkläre", "erklären", "dokument",
      "dokuments", "dokumente", "datei", "beschreibe", "vergleiche", "resumen", "resumir",
      "documento", "documentos", "archivo", "texto", "explica", "describe", "compara", "riassumi",
      "riassunto", "spiega", "testo", "resuma", "resumo", "резюме", "кратко", "обобщи", "документ",
      "документа", "файл", "объясни", "сравни"};
  return words;
}

// Words that stand for something said before.
const WordSet& leaning_words() {
  static const WordSet words{"it",  "its",  "they", "them", "their", "he",    "him",   "his",
                             "she", "her",  "hers", "this", "that",  "these", "those", "there",
                             "one", "ones", "il",   "elle", "ils",   "elles", "es",    "er",
                             "sie", "ihn",  "ihm",  "ello", "ella",  "ellos", "lui",   "lei",
                             "это", "он",   "она",  "они",  "его",   "её"};
  return words;
}

const WordSet& leaning_starts() {
  static const WordSet words{"and",  "but", "or",   "also", "then", "so",  "et", "mais", "und",
                             "aber", "y",   "pero", "e",    "ma",   "mas", "и",  "а",    "но"};
  return words;
}

struct ExpectedCue {
  std::string_view words;  // between single spaces
  Expected expected;
};

// The first that is found decides, so the more telling stand first.
constexpr ExpectedCue kExpectedCues[] = {
    {"how many", Expected::kNumber},
    {"how much", Expected::kNumber},
    {"how old", Expected::kNumber},
    {"how far", Expected::kNumber},
    {"how tall", Expected::kNumber},
    {"how high", Expected::kNumber},
    {"how long", Expected::kNumber},
    {"how large", Expected::kNumber},
    {"how big", Expected::kNumber},
    {"how deep", Expected::kNumber},
    {"how fast", Expected::kNumber},
    {"how often", Expected::kNumber},
    {"what percentage", Expected::kNumber},
    {"what number", Expected::kNumber},
    {"what year", Expected::kTime},
    {"which year", Expected::kTime},
    {"what date", Expected::kTime},
    {"which date", Expected::kTime},
    {"what day", Expected::kTime},
    {"what month", Expected::kTime},
    {"what century", Expected::kTime},
    {"what decade", Expected::kTime},
    {"when", Expected::kTime},
    {"whose", Expected::kPerson},
    {"whom", Expected::kPerson},
    {"who", Expected::kPerson},
    {"what city", Expected::kPlace},
    {"which city", Expected::kPlace},
    {"what country", Expected::kPlace},
    {"which country", Expected::kPlace},
    {"where", Expected::kPlace},
    {"combien", Expected::kNumber},
    {"quand", Expected::kTime},
    {"qui", Expected::kPerson},
    {"où", Expected::kPlace},
    {"wie viele", Expected::kNumber},
    {"wie viel", Expected::kNumber},
    {"wann", Expected::kTime},
    {"wer", Expected::kPerson},
    {"wo", Expected::kPlace},
    {"cuántos", Expected::kNumber},
    {"cuántas", Expected::kNumber},
    {"cuánto", Expected::kNumber},
    {"cuándo", Expected::kTime},
    {"quién", Expected::kPerson},
    {"dónde", Expected::kPlace},
    {"quanti", Expected::kNumber},
    {"quanto", Expected::kNumber},
    {"quando", Expected::kTime},
    {"chi", Expected::kPerson},
    {"dove", Expected::kPlace},
    {"сколько", Expected::kNumber},
    {"когда", Expected::kTime},
    {"кто", Expected::kPerson},
    {"где", Expected::kPlace},
};

Expected expected_of(const std::vector<std::string>& words) {
  std::string spaced = " ";
  for (const std::string& word : words) spaced += word + " ";
  for (const ExpectedCue& cue : kExpectedCues) {
    std::string phrase = " ";
    phrase += cue.words;
    phrase += ' ';
    if (spaced.find(phrase) != std::string::npos) return cue.expected;
  }
  return Expected::kAnything;
}

// Capitalised words but for the first, folded.
std::unordered_set<std::string> names_in(std::string_view query) {
  std::unordered_set<std::string> names;
  for (std::size_t at = query.find(' '); at < query.size(); at = query.find(' ', at + 1)) {
    std::string_view word = query.substr(at + 1, query.find(' ', at + 1) - at - 1);
    if (word.empty() || word[0] < 'A' || word[0] > 'Z') continue;
    for (std::string& folded : text::index_terms(word, "")) names.insert(std::move(folded));
  }
  return names;
}

struct Reading {
  std::vector<std::string> words;   // all, folded
  std::vector<std::string> matter;  // without stop words and words of asking
  std::vector<std::string> asking;
  std::unordered_set<std::string> names;
};

Reading read(std::string_view query, const std::string& source_language) {
  Reading reading;
  reading.words = text::index_terms(query, "");
  reading.names = names_in(query);
  // A question may be in another language than the sources; where neither is known, English is
  // likeliest.
  std::string own_language = text::detect_language(query);
  if (own_language.empty() && source_language.empty()) own_language = "en";
  for (const std::string& word : reading.words) {
    if (text::is_stop_word(word, own_language) || text::is_stop_word(word, source_language))
      continue;
    (asking_words().contains(word) ? reading.asking : reading.matter).push_back(word);
  }
  return reading;
}

bool leans_on_history(const Reading& reading) {
  if (reading.matter.size() <= 1) return true;
  if (leaning_starts().contains(reading.words.front())) return true;
  return std::ranges::any_of(
      reading.words, [](const std::string& word) { return leaning_words().contains(word); });
}

void add_terms(Question& question, const std::vector<std::string>& words, double weight,
               const std::unordered_set<std::string>& names, const std::string& source_language) {
  for (const std::string& word : words) {
    for (std::string& term : text::index_terms(word, source_language)) {
      bool known =
          std::ranges::find(question.terms, term, &QuestionTerm::term) != question.terms.end();
      if (!known) question.terms.push_back({std::move(term), weight, names.contains(word)});
    }
  }
}

const Turn* last_question(const std::vector<Turn>& history) {
  auto found = std::find_if(history.rbegin(), history.rend(),
                            [](const Turn& turn) { return turn.role == "user"; });
  return found == history.rend() ? nullptr : &*found;
}

}  // namespace

Question read_question(std::string_view query, Approach approach, const std::vector<Turn>& history,
                       const std::string& source_language) {
  Reading reading = read(query, source_language);
  Question question;
  question.expected = expected_of(reading.words);
  add_terms(question, reading.matter, 1.0, reading.names, source_language);

  bool summary = approach == Approach::kSummaryFocused;
  question.about_the_whole = reading.matter.empty() && (summary || !reading.asking.empty());
  const Turn* before = last_question(history);
  if (before && !question.about_the_whole && leans_on_history(reading)) {
    double weight = reading.matter.empty() ? 1.0 : kWeightOfHistory;
    Reading earlier = read(before->text, source_language);
    add_terms(question, earlier.matter, weight, earlier.names, source_language);
  }
  if (!question.about_the_whole)
    add_terms(question, reading.asking, kWeightOfAsking, {}, source_language);
  return question;
}

}  // namespace walrus::llm
