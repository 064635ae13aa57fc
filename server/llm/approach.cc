// What kind of answer a query asks for, by its words. The rules, first match wins:
//   1. A question for a single fact (who, when, where, how many, ...) is search_focused, whatever
//      else it mentions: "Who wrote the comparison?" asks for a name.
//   2. A word or phrase that asks for a summary, 3. for an analysis, 4. for an explanation.
//   5. "How" with a verb after it ("how does", "how to") and "what does … mean" are explanations.
//   6. Everything else is search_focused.
// Words are compared case-folded and whole; languages without spaces by parts of the text.
#include <algorithm>
#include <array>
#include <string>

#include "llm/model.h"
#include "text/terms.h"

namespace walrus::llm {

namespace {

using Cues = std::initializer_list<std::string_view>;

constexpr Cues kFactStarts = {
    "who", "whom", "whose", "when", "where", "how many", "how much", "how long", "how old",
    "how far", "how often", "how big", "how large", "how tall", "how high", "how deep", "how fast",
    "how wide", "in which year", "in what year", "on what date", "at what time", "what year",
    "what date", "what time",
    // fr, de, es, it, pt, nl, ru
    "qui", "quand", "où", "combien", "wer", "wann", "wo", "wie viel", "wie viele", "wie lange",
    "quién", "quiénes", "cuándo", "dónde", "cuánto", "cuántos", "cuántas", "chi", "quando", "dove",
    "quanto", "quanti", "quem", "onde", "quantos", "wie", "wanneer", "waar", "hoeveel", "кто",
    "когда", "где", "сколько"};

// "wie" begins facts in Dutch ("who") and manners in German ("how"); these are of the second kind.
constexpr Cues kMannerStarts = {"wie funktioniert", "wie kann",  "wie wird", "wie werden",
                                "wie geht",         "wie macht", "wie ist",  "wie sind"};

constexpr Cues kSummary = {
    "summarize", "summarise", "summarizing", "summarising", "summary of", "a summary",
    "short summary", "brief summary", "overview", "tldr", "tl dr", "recap", "key points",
    "main points", "key ideas", "main ideas", "main topics", "key findings", "main findings",
    "key takeaways", "takeaways", "the gist", "in a nutshell", "sum up", "outline the",
    "what is this document about", "what is the document about", "what are these documents about",
    "what is this about", "what's this about",
    // fr, de, es, it, pt, nl, pl, ru
    "résume", "résumez", "résumer", "résumé", "synthèse", "aperçu", "zusammenfassung",
    "zusammenfassen", "fasse", "fassen sie", "überblick", "resume el", "resume la", "resume este",
    "resume esta", "resumen", "resumir", "resuma", "resumo", "riassumi", "riassunto", "sintesi",
    "samenvatting", "vat samen", "podsumuj", "streszczenie", "резюме", "кратко", "обобщи",
    "перескажи"};

constexpr Cues kAnalysis = {
    "compare", "compares", "comparing", "comparison", "contrast", "versus", "vs",
    "difference between", "differences between", "differ", "differs", "analyze", "analyse",
    "analyzing", "analysis", "evaluate", "evaluation of", "assess", "assessment of", "critique",
    "pros and cons", "advantages and disadvantages", "benefits and drawbacks",
    "strengths and weaknesses", "trade offs", "tradeoffs", "implications", "impact of", "effect of",
    "effects of", "consequences of", "relationship between", "relate to", "similarities",
    "which is better", "is better", "trends in", "to what extent",
    // fr, de, es, it, pt, nl, ru
    "comparer", "comparez", "comparaison", "différence entre", "différences entre", "analysez",
    "analyser", "évaluez", "vergleiche", "vergleichen", "vergleich", "unterschied", "unterschiede",
    "analysiere", "analysieren", "bewerte", "compara", "comparar", "diferencia entre",
    "diferencias entre", "analiza", "analizar", "evalúa", "confronta", "differenza tra", "analizza",
    "compare os", "diferença entre", "analise", "vergelijk", "verschil tussen", "сравни",
    "сравните", "разница между", "проанализируй"};

constexpr Cues kExplanation = {
    "explain", "explains", "explanation", "why", "how come", "describe", "elaborate", "clarify",
    "tell me about", "tell me more", "walk me through", "help me understand", "meaning of",
    "in simple terms", "reason for", "reasons for", "reason why", "reasons why", "what causes",
    "what caused", "teach me", "step by step",
    // fr, de, es, it, pt, nl, pl, ru
    "pourquoi", "comment", "explique", "expliquez", "expliquer", "décris", "décrivez", "warum",
    "wieso", "weshalb", "erkläre", "erklären", "erläutere", "erläutern", "beschreibe", "por qué",
    "explica", "cómo", "perché", "spiega", "come funziona", "descrivi", "por que", "como funciona",
    "descreva", "waarom", "leg uit", "beschrijf", "dlaczego", "wyjaśnij", "почему", "зачем",
    "объясни", "объясните", "опиши", "как работает"};

// Verbs that make "how" a question for a manner and not for a measure.
constexpr Cues kHowVerbs = {"does", "do",   "did",   "is",     "are",   "was",
                            "were", "can",  "could", "should", "would", "will",
                            "has",  "have", "to",    "might",  "must"};

struct Unspaced {
  std::string_view part;
  Approach approach;
};
constexpr std::array kUnspaced = {Unspaced{"总结", Approach::kSummaryFocused},
                                  Unspaced{"總結", Approach::kSummaryFocused},
                                  Unspaced{"概括", Approach::kSummaryFocused},
                                  Unspaced{"摘要", Approach::kSummaryFocused},
                                  Unspaced{"要約", Approach::kSummaryFocused},
                                  Unspaced{"まとめ", Approach::kSummaryFocused},
                                  Unspaced{"요약", Approach::kSummaryFocused},
                                  Unspaced{"比较", Approach::kAnalysisFocused},
                                  Unspaced{"比較", Approach::kAnalysisFocused},
                                  Unspaced{"分析", Approach::kAnalysisFocused},
                                  Unspaced{"区别", Approach::kAnalysisFocused},
                                  Unspaced{"違い", Approach::kAnalysisFocused},
                                  Unspaced{"비교", Approach::kAnalysisFocused},
                                  Unspaced{"为什么", Approach::kExplanationFocused},
                                  Unspaced{"為什麼", Approach::kExplanationFocused},
                                  Unspaced{"解释", Approach::kExplanationFocused},
                                  Unspaced{"如何", Approach::kExplanationFocused},
                                  Unspaced{"怎么", Approach::kExplanationFocused},
                                  Unspaced{"なぜ", Approach::kExplanationFocused},
                                  Unspaced{"説明", Approach::kExplanationFocused},
                                  Unspaced{"왜", Approach::kExplanationFocused},
                                  Unspaced{"설명", Approach::kExplanationFocused},
                                  Unspaced{"ทำไม", Approach::kExplanationFocused},
                                  Unspaced{"สรุป", Approach::kSummaryFocused}};

// The words between single spaces, with one at either end, so that a phrase is found as " phrase ".
std::string spaced_words(std::string_view query) {
  std::string words = " ";
  for (const std::string& word : text::index_terms(query, "")) {
    words += word;
    words += ' ';
  }
  return words;
}

bool has_phrase(std::string_view words, std::string_view phrase) {
  for (std::size_t at = words.find(phrase); at != std::string_view::npos;
       at = words.find(phrase, at + 1)) {
    if (words[at - 1] == ' ' && words[at + phrase.size()] == ' ') return true;
  }
  return false;
}

bool has_any(std::string_view words, Cues phrases) {
  return std::ranges::any_of(phrases,
                             [&](std::string_view phrase) { return has_phrase(words, phrase); });
}

bool starts_with_any(std::string_view words, Cues phrases) {
  std::string_view rest = words.substr(1);
  return std::ranges::any_of(phrases, [&](std::string_view phrase) {
    return rest.starts_with(phrase) && rest[phrase.size()] == ' ';
  });
}

bool asks_how(std::string_view words) {
  return std::ranges::any_of(kHowVerbs, [&](std::string_view verb) {
    std::string phrase = "how ";
    phrase += verb;
    return has_phrase(words, phrase);
  });
}

bool asks_for_meaning(std::string_view words) {
  bool what_does = has_phrase(words, "what does") || has_phrase(words, "what do");
  return what_does && (has_phrase(words, "mean") || has_phrase(words, "stand for"));
}

}  // namespace

std::string_view name_of(Approach approach) {
  switch (approach) {
    case Approach::kSearchFocused:
      return "search_focused";
    case Approach::kExplanationFocused:
      return "explanation_focused";
    case Approach::kAnalysisFocused:
      return "analysis_focused";
    case Approach::kSummaryFocused:
      break;
  }
  return "summary_focused";
}

Approach classify(std::string_view query) {
  std::string words = spaced_words(query);
  if (words.size() > 1) {
    bool manner = starts_with_any(words, kMannerStarts);
    if (!manner && starts_with_any(words, kFactStarts)) return Approach::kSearchFocused;
    if (has_any(words, kSummary)) return Approach::kSummaryFocused;
    if (has_any(words, kAnalysis)) return Approach::kAnalysisFocused;
    if (manner || has_any(words, kExplanation)) return Approach::kExplanationFocused;
    if (asks_how(words) || asks_for_meaning(words)) return Approach::kExplanationFocused;
  }
  for (const Unspaced& cue : kUnspaced) {
    if (query.find(cue.part) != std::string_view::npos) return cue.approach;
  }
  return Approach::kSearchFocused;
}

}  // namespace walrus::llm
