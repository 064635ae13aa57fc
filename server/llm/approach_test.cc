#include <gtest/gtest.h>

#include <random>

#include "llm/model.h"

namespace walrus::llm {
namespace {

constexpr Approach kSearch = Approach::kSearchFocused;
constexpr Approach kExplain = Approach::kExplanationFocused;
constexpr Approach kAnalyse = Approach::kAnalysisFocused;
constexpr Approach kSum = Approach::kSummaryFocused;

struct Case {
  std::string_view query;
  Approach approach;
};

constexpr Case kCases[] = {
    {"What is artificial intelligence?", kSearch},
    {"Who wrote the report?", kSearch},
    {"who wrote the comparison of both engines", kSearch},
    {"When did the team explain the delay?", kSearch},
    {"Where is the summary of the findings kept?", kSearch},
    {"How many employees does the company have?", kSearch},
    {"How much does it cost?", kSearch},
    {"How long does delivery take?", kSearch},
    {"how old is the bridge", kSearch},
    {"In which year was the treaty signed?", kSearch},
    {"What year did it happen?", kSearch},
    {"Find the invoice number", kSearch},
    {"Which ports are open?", kSearch},
    {"list all the contributors", kSearch},
    {"revenue 2023", kSearch},
    {"email address of support", kSearch},
    {"What are the system requirements?", kSearch},
    {"Is there a refund policy?", kSearch},
    {"", kSearch},
    {"   \t ", kSearch},
    {"?!", kSearch},
    {"whysoever not", kSearch},
    {"show me the howitzer", kSearch},
    {"Explain how transformers work", kExplain},
    {"EXPLAIN THIS", kExplain},
    {"Why did the project fail?", kExplain},
    {"How does photosynthesis work?", kExplain},
    {"How do I reset my password?", kExplain},
    {"how to install the package", kExplain},
    {"How can a company reduce its emissions?", kExplain},
    {"Describe the architecture", kExplain},
    {"Tell me about the founders", kExplain},
    {"What does idempotent mean?", kExplain},
    {"what does HTTP stand for", kExplain},
    {"Can you elaborate on section three?", kExplain},
    {"What caused the outage?", kExplain},
    {"Walk me through the setup", kExplain},
    {"What are the reasons for the delay?", kExplain},
    {"Compare the two approaches", kAnalyse},
    {"What is the difference between TCP and UDP?", kAnalyse},
    {"SQLite vs. PostgreSQL", kAnalyse},
    {"How do the plans differ?", kAnalyse},
    {"Analyze the quarterly results", kAnalyse},
    {"Analyse the quarterly results", kAnalyse},
    {"Evaluate the risks", kAnalyse},
    {"What are the pros and cons of remote work?", kAnalyse},
    {"Explain the differences between the editions", kAnalyse},
    {"What are the implications for privacy?", kAnalyse},
    {"What is the impact of inflation on wages?", kAnalyse},
    {"relationship between stress and sleep", kAnalyse},
    {"What are the trade-offs of this design?", kAnalyse},
    {"Summarize the document", kSum},
    {"Please summarise chapter two", kSum},
    {"Give me a summary", kSum},
    {"TL;DR", kSum},
    {"What are the key points?", kSum},
    {"What is this document about?", kSum},
    {"Give an overview of the analysis", kSum},
    {"Can you sum up the contract?", kSum},
    {"main findings of the study", kSum},
    {"Pourquoi le ciel est-il bleu ?", kExplain},
    {"Comment fonctionne un moteur ?", kExplain},
    {"Qui a écrit ce livre ?", kSearch},
    {"Combien de pages ?", kSearch},
    {"Résume ce document", kSum},
    {"Quelle est la différence entre A et B ?", kAnalyse},
    {"Warum ist der Himmel blau?", kExplain},
    {"Wie funktioniert ein Motor?", kExplain},
    {"Wie viele Seiten hat das Buch?", kSearch},
    {"Vergleiche die beiden Verfahren", kAnalyse},
    {"Gib mir eine Zusammenfassung", kSum},
    {"¿Por qué es azul el cielo?", kExplain},
    {"¿Cuándo nació Cervantes?", kSearch},
    {"Compara los dos modelos", kAnalyse},
    {"Почему небо голубое?", kExplain},
    {"Кто написал отчёт?", kSearch},
    {"Сравни два подхода", kAnalyse},
    {"为什么天空是蓝色的？", kExplain},
    {"请总结这份文件", kSum},
    {"比较这两种方法", kAnalyse},
    {"なぜ空は青いのですか", kExplain},
    {"この文書を要約してください", kSum},
    {"이 문서를 요약해 줘", kSum},
};

TEST(Approach, OfATableOfQueries) {
  static_assert(std::size(kCases) >= 60);
  for (const Case& c : kCases)
    EXPECT_EQ(name_of(classify(c.query)), name_of(c.approach)) << c.query;
}

TEST(Approach, HasTheWiresNames) {
  EXPECT_EQ(name_of(kSearch), "search_focused");
  EXPECT_EQ(name_of(kExplain), "explanation_focused");
  EXPECT_EQ(name_of(kAnalyse), "analysis_focused");
  EXPECT_EQ(name_of(kSum), "summary_focused");
}

TEST(Approach, TakesAnyBytes) {
  unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 300; ++i) {
    std::string query;
    for (std::size_t size = random() % 60; query.size() < size;) {
      const char* words[] = {"how ",     "why",    "wie ", " ",     "\xff",
                             "\xe4\xb8", "为什么", "does", "mean ", "?"};
      query += words[random() % std::size(words)];
    }
    EXPECT_EQ(classify(query), classify(query));
  }
}

}  // namespace
}  // namespace walrus::llm
