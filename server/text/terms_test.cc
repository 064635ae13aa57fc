#include "text/terms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/utf8.h"
#include "text/stop_words.h"

namespace walrus::text {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(DetectLanguageTest, TellsLanguagesApart) {
  const std::pair<const char*, const char*> texts[] = {
      {"en", "The walrus is a large flippered marine mammal with a discontinuous distribution."},
      {"de", "Das Walross ist eine in den kalten Meeren der Nordhalbkugel vorkommende Robbe."},
      {"fr",
       "Le morse est une espèce de grands mammifères marins qui vivent dans les mers arctiques."},
      {"es",
       "La morsa es una especie de mamífero pinnípedo semiacuático que vive en los mares árticos."},
      {"ru", "Морж — морское млекопитающее, единственный современный вид семейства моржовых."},
      {"zh", "海象是一种大型海洋哺乳动物，生活在北极附近的海域，以其长牙和胡须而闻名。"},
      {"ja", "セイウチは、北極圏の海に生息する大型の海獣で、長い牙を持っています。"},
      {"th", "วอลรัสเป็นสัตว์เลี้ยงลูกด้วยนมขนาดใหญ่ที่อาศัยอยู่ในทะเลแถบขั้วโลกเหนือ"},
      {"he", "ניבתן הוא יונק ימי גדול החי בים הקרח הצפוני ובסביבתו ומוכר בזכות חטיו הארוכים."},
      {"el", "Ο θαλάσσιος ίππος είναι μεγάλο θαλάσσιο θηλαστικό που ζει στις αρκτικές θάλασσες."}};
  for (const auto& [language, text] : texts) EXPECT_EQ(detect_language(text), language) << text;
}

TEST(DetectLanguageTest, SaysNothingWhereNothingCanBeTold) {
  for (const char* text : {"", " ", "12345 67890", "😀😀😀", "---", "x"}) {
    EXPECT_EQ(detect_language(text), "") << text;
  }
}

TEST(DetectLanguageTest, LongTextIsSampledAtACharactersStart) {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += "Съешь же ещё этих мягких французских булок. ";
  EXPECT_EQ(detect_language(text), "ru");
}

TEST(IndexTermsTest, FoldsAndStems) {
  EXPECT_THAT(index_terms("Running Walruses’ TUSKS, ran!", "en"),
              ElementsAre("run", "walrus", "tusk", "ran"));
  EXPECT_THAT(index_terms("Häuser STRASSE Straße", "de"), ElementsAre("haus", "strass", "strass"));
  EXPECT_THAT(index_terms("running walruses", ""), ElementsAre("running", "walruses"));
  EXPECT_THAT(index_terms("running", "tlh"), ElementsAre("running"));
  EXPECT_THAT(index_terms("ｆｕｌｌ ﬁsh №5", ""), ElementsAre("full", "fish", "no5"));
}

TEST(IndexTermsTest, FormsOfAWordMeet) {
  const std::pair<const char*, std::vector<std::string>> forms[] = {
      {"fr", {"l'université", "université", "universités"}},
      {"it", {"dell'università", "università"}},
      {"ru", {"моржи", "моржа", "моржами"}},
      {"es", {"mamíferos", "mamífero"}},
      {"tr", {"İstanbul", "istanbul"}}};
  for (const auto& [language, words] : forms) {
    std::string first = index_terms(words.front(), language).back();
    for (const std::string& word : words)
      EXPECT_EQ(index_terms(word, language).back(), first) << word;
  }
}

TEST(IndexTermsTest, FindsWordsWithoutSpaces) {
  EXPECT_THAT(index_terms("北京大学", "zh"), Contains("北京"));
  EXPECT_THAT(index_terms("ภาษาไทย", "th"), ElementsAre("ภาษา", "ไทย"));
  EXPECT_THAT(index_terms("東京の図書館", "ja"), Contains("東京"));
}

TEST(IndexTermsTest, ExtremesAreHarmless) {
  EXPECT_THAT(index_terms("", "en"), IsEmpty());
  EXPECT_THAT(index_terms(" \n--- 😀 ...", "en"), IsEmpty());
  std::vector<std::string> terms = index_terms(std::string(1 << 20, 'a') + "é", "en");
  ASSERT_EQ(terms.size(), 1u);
  EXPECT_LE(terms[0].size(), 128u);
  std::string accented;
  for (int i = 0; i < 1000; ++i) accented += "é";
  EXPECT_TRUE(is_valid_utf8(index_terms(accented, "fr")[0]));
}

TEST(QueryTermsTest, DropsStopWordsAndRepetition) {
  EXPECT_THAT(query_terms("What's the walrus's habitat, and the walruses?", "en"),
              ElementsAre("walrus", "habitat"));
  EXPECT_THAT(query_terms("Wo lebt das Walross?", "de"), ElementsAre("lebt", "walross"));
  EXPECT_THAT(query_terms("the of and", "xx"), ElementsAre("the", "of", "and"));
}

TEST(QueryTermsTest, KeepsAllWhenNothingElseIsLeft) {
  EXPECT_THAT(query_terms("Who is the Who?", "en"), ElementsAre("who", "is", "the"));
  EXPECT_THAT(query_terms("", "en"), IsEmpty());
}

TEST(QueryTermsTest, AgreeWithTheIndex) {
  std::vector<std::string> index =
      index_terms("Die Größen der Walrosse überraschten Forscherinnen.", "de");
  for (const std::string& term : query_terms("Größe Walross Forscherinnen", "de")) {
    EXPECT_THAT(index, Contains(term));
  }
}

// A word that folding changes could never be met.
TEST(StopWordsTest, AreFoldedAndSingleWords) {
  for (const char* language : {"en", "de", "fr", "es", "it", "pt", "nl", "ru", "sv", "da", "no",
                               "fi", "pl", "tr", "el", "ar", "hi", "vi"}) {
    for_each_stop_word(language, [&](std::string_view word) {
      EXPECT_TRUE(is_stop_word(word, language));
      EXPECT_THAT(index_terms(word, ""), ElementsAre(std::string(word))) << language;
    });
  }
  EXPECT_TRUE(is_stop_word("the", "en"));
  EXPECT_FALSE(is_stop_word("the", "de"));
  EXPECT_FALSE(is_stop_word("walrus", "en"));
  EXPECT_FALSE(is_stop_word("the", ""));
  EXPECT_TRUE(is_stop_word("og", "nb"));
}

TEST(TermsTest, ThreadsAgree) {
  std::vector<std::vector<std::string>> results(4);
  std::vector<std::thread> threads;
  threads.reserve(results.size());
  for (auto& result : results) {
    threads.emplace_back([&result] {
      for (int i = 0; i < 50; ++i)
        result = index_terms("Walruses ภาษาไทย running", i % 2 ? "en" : "de");
      detect_language("The walrus is a large flippered marine mammal.");
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& result : results) EXPECT_EQ(result, results[0]);
}

}  // namespace
}  // namespace walrus::text
