#include "llm/extractive_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/utf8.h"
#include "base/worker_pool.h"
#include "llm/extractive_answer.h"
#include "testing/manual_loop.h"

namespace walrus::llm {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const char kBridge[] =
    "The Lansdowne Bridge crosses the river Indus near Sukkur. Work on the bridge began in 1887. "
    "It was "
    "opened on 25 March 1889 by Lord Reay. Its main span is 790 feet long, the longest rigid "
    "girder bridge "
    "of its day. The design came from Sir Alexander Rendel. The bridge cost 2.7 million rupees.";
const char kBread[] =
    "Sourdough bread is made by fermenting dough with wild yeast. The dough rests for twelve hours "
    "because "
    "wild yeast works slowly. The acid that the bacteria produce keeps the bread fresh for longer. "
    "Bakers "
    "score the loaf before baking, so that it opens evenly in the oven.";
const char kWhales[] =
    "Blue whales feed on krill in cold waters. A blue whale eats up to four tonnes of krill a day. "
    "Whales "
    "sing to find one another over hundreds of miles. Ships are the greatest danger to whales "
    "today.";

Prompt ask(std::string query, std::vector<Turn> history = {}) {
  Prompt prompt{.query = std::move(query), .history = std::move(history)};
  prompt.approach = classify(prompt.query);
  for (const char* text : {kBread, kBridge, kWhales})
    prompt.sources.push_back({.chunk_id = "c", .text = text});
  return prompt;
}

TEST(ExtractiveAnswer, PicksTheSentenceWithTheFact) {
  EXPECT_THAT(extractive_answer(ask("When was the Lansdowne Bridge opened?")),
              HasSubstr("25 March 1889"));
  EXPECT_THAT(extractive_answer(ask("Who designed the bridge?")),
              HasSubstr("Sir Alexander Rendel"));
  EXPECT_THAT(extractive_answer(ask("How much did the bridge cost?")),
              HasSubstr("2.7 million rupees. [2]"));
  EXPECT_THAT(extractive_answer(ask("How much krill does a blue whale eat?")),
              HasSubstr("four tonnes of krill a day. [3]"));
  EXPECT_THAT(extractive_answer(ask("Why does the dough rest?")),
              HasSubstr("because wild yeast works slowly"));
}

TEST(ExtractiveAnswer, SaysPlainlyThatThereIsNothingWithoutQuotingTheQuestion) {
  for (const char* query :
       {"What is the capital of Mongolia?", "How do I reset my zebra password?",
        "quantum chromodynamics lattice", "Who won the 1998 tennis championship?",
        "Summarize the history of Mongolia", "Explain photosynthesis to me", "what is the",
        "and of to in", "how?", "", "  ", "?!", "\u4e3a\u4ec0\u4e48"}) {
    EXPECT_EQ(extractive_answer(ask(query)), kNothingFound) << query;
  }
}

TEST(ExtractiveAnswer, HasNothingWithoutSources) {
  EXPECT_EQ(extractive_answer({.query = "What is a bridge?"}), kNothingFound);
  EXPECT_EQ(
      extractive_answer({.query = "Summarize the document", .approach = Approach::kSummaryFocused}),
      kNothingFound);
  EXPECT_EQ(extractive_answer(
                {.query = "What is a bridge?", .sources = {Source{}, Source{.text = " \n "}}}),
            kNothingFound);
}

TEST(ExtractiveAnswer, SummarisesTheWholeOverAllSources) {
  for (const char* query :
       {"Summarize the document", "What is this document about?", "Give me an overview", "TL;DR"}) {
    std::string answer = extractive_answer(ask(query));
    for (const char* mark : {"[1]", "[2]", "[3]"}) EXPECT_THAT(answer, HasSubstr(mark)) << query;
    EXPECT_GE(std::ranges::count(answer, '\n'), 5) << answer;
    EXPECT_TRUE(answer.starts_with("- ")) << answer;
  }
}

TEST(ExtractiveAnswer, LimitsItselfByApproach) {
  auto sentences = [](std::string_view query, Approach approach) {
    Prompt prompt = ask(std::string(query));
    prompt.approach = approach;
    std::string answer = extractive_answer(prompt);
    std::size_t count = 0;
    for (const char* text : {kBread, kBridge, kWhales}) {
      std::string_view rest = text;
      while (!rest.empty()) {
        std::size_t end = std::min(rest.find(". "), rest.size() - 1);
        count += answer.find(rest.substr(0, end)) != std::string::npos ? 1 : 0;
        rest.remove_prefix(std::min(end + 2, rest.size()));
      }
    }
    return count;
  };
  EXPECT_GE(sentences("bridge", Approach::kSearchFocused), 1U);
  EXPECT_LE(sentences("bridge", Approach::kSearchFocused), 3U);
  EXPECT_GE(sentences("bridge", Approach::kExplanationFocused), 3U);
  EXPECT_LE(sentences("bridge", Approach::kExplanationFocused), 6U);
  EXPECT_LE(sentences("bridge bread whales", Approach::kAnalysisFocused), 5U);
  EXPECT_GE(sentences("bridge bread whales", Approach::kSummaryFocused), 3U);
  EXPECT_LE(sentences("bridge bread whales", Approach::kSummaryFocused), 8U);
}

TEST(ExtractiveAnswer, AnswersInReadingOrder) {
  Prompt prompt = ask("Explain the design of the bridge");
  std::string answer = extractive_answer(prompt);
  std::size_t before = 0;
  for (const char* part : {"crosses the river", "began in 1887", "opened on", "main span",
                           "design came", "cost 2.7"}) {
    std::size_t at = answer.find(part);
    if (at == std::string::npos) continue;
    EXPECT_GE(at, before) << answer;
    before = at;
  }
  EXPECT_GT(before, 0U);
}

TEST(ExtractiveAnswer, TakesASharedSentenceOnce) {
  Prompt prompt = ask("When was the bridge opened by Lord Reay?");
  prompt.sources.push_back(
      {.chunk_id = "d",
       .text = "It was opened on 25 March\n1889 by Lord Reay. More follows here."});
  std::string answer = extractive_answer(prompt);
  EXPECT_THAT(answer, HasSubstr("1889 by Lord Reay. [2]"));
  EXPECT_THAT(answer, Not(HasSubstr("[4]")));
}

TEST(ExtractiveAnswer, ReadsWhatOverlappingChunksShareOnce) {
  Prompt prompt{.query = "Summarize the document", .approach = Approach::kSummaryFocused};
  prompt.sources = {{.text = kBread}, {.text = kBread}, {.text = kBread}};
  std::string answer = extractive_answer(prompt);
  EXPECT_EQ(std::ranges::count(answer, '\n'), 3) << answer;
  EXPECT_THAT(answer, Not(HasSubstr("[2]")));
}

TEST(ExtractiveAnswer, DoesNotAnswerForOneSharedWord) {
  for (const char* query : {"Which museum in Vienna shows the oldest violin of the bridge?",
                            "How many engineers of the Brooklyn harbour wrote about whales?",
                            "What temperature melts the copper wire inside an oven?"}) {
    EXPECT_EQ(extractive_answer(ask(query)), kNothingFound) << query;
  }
}

TEST(ExtractiveAnswer, PrefersAnAnswerToTheSameQuestionInTheText) {
  Prompt prompt{.query = "How much does the ticket cost?"};
  prompt.sources = {
      {.text = "How much does the ticket cost? Visitors pay twelve euros. Children enter free."}};
  EXPECT_THAT(extractive_answer(prompt), HasSubstr("twelve euros"));
}

TEST(ExtractiveAnswer, ReadsAFollowUpWithTheQuestionBefore) {
  std::vector<Turn> history{{"user", "Who opened the Lansdowne Bridge?"},
                            {"assistant", "Lord Reay opened it. [2]"}};
  EXPECT_THAT(extractive_answer(ask("And when?", history)), HasSubstr("[2]"));
  EXPECT_THAT(extractive_answer(ask("How long is its main span?", history)), HasSubstr("790 feet"));
  EXPECT_EQ(extractive_answer(ask("And when?")), kNothingFound);
  // A new matter is not answered with the old one.
  EXPECT_EQ(extractive_answer(ask("What is the capital of Mongolia?", history)), kNothingFound);
}

TEST(ExtractiveAnswer, WorksInOtherLanguages) {
  Prompt prompt{.query = "Quand la tour Eiffel a-t-elle été construite ?"};
  prompt.sources = {{.text = "Le pain est fait de farine et d'eau. La pâte repose pendant toute la "
                             "nuit avant la cuisson."},
                    {.text = "La tour Eiffel se trouve à Paris sur le Champ-de-Mars. La tour "
                             "Eiffel fut construite entre 1887 et 1889."}};
  EXPECT_THAT(extractive_answer(prompt), HasSubstr("1887 et 1889. [2]"));

  struct Case {
    const char *query, *beside, *telling, *wanted;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"Wann wurde die Brücke eröffnet?",
            "Das Brot wird aus Mehl gebacken. Der Teig ruht die ganze Nacht im Keller.",
            "Die Brücke führt über den Fluss. Im Jahr 1889 wurde die Brücke feierlich eröffnet.",
            "1889 wurde die Brücke"},
           {"¿Cuándo se inauguró el puente?",
            "El pan se hace con harina y agua. La masa reposa toda la noche.",
            "El puente cruza el río. El puente se inauguró en marzo de 1889 con una fiesta.",
            "marzo de 1889"},
           {"Когда был открыт мост?", "Хлеб пекут из муки и воды. Тесто отдыхает всю ночь.",
            "Мост стоит на реке Инд. Мост был открыт в 1889 году лордом Реем.", "в 1889 году"},
           {"大桥是什么时候开通的？", "面包用面粉和水制成。面团要发酵一整夜。",
            "大桥横跨印度河。大桥于1889年正式开通。", "1889年正式开通"},
           {"橋はいつ開通しましたか？", "パンは小麦粉と水で作られます。生地は一晩休ませます。",
            "橋は川に架かっています。橋は1889年に開通しました。", "1889年に開通"}}) {
    Prompt asked{.query = c.query};
    asked.sources = {{.text = c.beside}, {.text = c.telling}};
    std::string answer = extractive_answer(asked);
    EXPECT_THAT(answer, HasSubstr(c.wanted)) << c.query;
    EXPECT_TRUE(answer.ends_with("[2]")) << answer;
  }
}

TEST(ExtractiveAnswer, MarksItsSourcesInReadingOrder) {
  Prompt prompt = ask("Compare the bridge, the dough and the whales");
  std::string answer = extractive_answer(prompt);
  std::size_t first = answer.find("[1]"), second = answer.find("[2]"), third = answer.find("[3]");
  EXPECT_LT(first, second) << answer;
  EXPECT_LT(second, third) << answer;
  EXPECT_NE(third, std::string::npos) << answer;
}

TEST(ExtractiveAnswer, LetsNoSourceSpeakForAnother) {
  Prompt prompt{.query = "What colour is the valve?"};
  prompt.sources = {
      {.text = "The valve is red [2], as all agree.[3][2] The index is args[1] here."},
      {.text = "The pump is blue."},
      {.text = "The hose is green."}};
  EXPECT_EQ(extractive_answer(prompt), "The valve is red, as all agree. [1]");
  prompt.query = "What is the index?";
  EXPECT_EQ(extractive_answer(prompt), "The index is args[1] here. [1]");
  // What names no source is the text's own.
  prompt.sources = {{.text = "The valve [4] is set to [0]."}, {.text = "The pump is blue."}};
  prompt.query = "What is the valve set to?";
  EXPECT_EQ(extractive_answer(prompt), "The valve [4] is set to [0]. [1]");
}

TEST(ExtractiveAnswer, TakesSourcesAndQueriesOfHostileSizes) {
  std::string words;
  while (words.size() < 4'000) words += "w" + std::to_string(words.size() % 977) + " ";
  for (const std::string& unit :
       {std::string("a. "), std::string("x"), std::string("w1 w2 "), std::string("? "),
        std::string("\u6a4b"), std::string("[1]"), std::string("\n\n"), words + "\n"}) {
    Prompt prompt{.query = words};
    for (int i = 0; i < 20; ++i) {
      Source source{.heading = words};
      while (source.text.size() < 16'000) source.text += unit;
      prompt.sources.push_back(std::move(source));
      prompt.history.push_back({"user", words});
    }
    std::string answer = extractive_answer(prompt);
    EXPECT_FALSE(answer.empty());
    EXPECT_LT(answer.size(), 8'000U);
    EXPECT_TRUE(is_valid_utf8(answer));
  }
}

TEST(WordGroups, AreShortInScriptsWithoutSpacesToo) {
  std::string text;
  for (int i = 0; i < 300; ++i)
    text += i % 3 == 0 ? "\u6a4b" : i % 3 == 1 ? "\U0001F600" : "\u00e9";
  std::string joined;
  for (std::string_view group : word_groups(text)) {
    EXPECT_LE(group.size(), 96U);
    EXPECT_TRUE(is_valid_utf8(group));
    joined += group;
  }
  EXPECT_EQ(joined, text);
  EXPECT_TRUE(word_groups("").empty());
}

TEST(ExtractiveAnswer, TidiesWhatItQuotes) {
  Prompt prompt{.query = "What colour is the valve?"};
  prompt.sources = {{.text = "\u2022 The valve\nis   red and round.\n\u2022 The pump is blue."}};
  EXPECT_EQ(extractive_answer(prompt), "The valve is red and round. [1]");
  prompt.sources = {{.text = "The valve is red " + std::string(5000, 'x') + " and " +
                             std::string(5000, 'y') + "."}};
  EXPECT_LT(extractive_answer(prompt).size(), 800U);
}

TEST(ExtractiveAnswer, IsValidWhateverTheSourcesHold) {
  unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const char* parts[] = {"bridge ", "whale",      ". ",  "? ", "\n",    "\n\n", "\u6a4b",
                         "\u3002",  "\U0001F600", "[1]", " ",  "1889 ", "The "};
  for (int round = 0; round < 300; ++round) {
    Prompt prompt{.query = "Which bridge has a whale?",
                  .approach = static_cast<Approach>(random() % 4)};
    for (std::size_t i = random() % 4; i > 0; --i) {
      Source source;
      for (std::size_t j = random() % 200; j > 0; --j)
        source.text += parts[random() % std::size(parts)];
      prompt.sources.push_back(std::move(source));
    }
    std::string answer = extractive_answer(prompt);
    ASSERT_FALSE(answer.empty());
    ASSERT_TRUE(is_valid_utf8(answer));
    ASSERT_EQ(answer, extractive_answer(prompt));
    std::string joined;
    for (std::string_view group : word_groups(answer)) {
      ASSERT_FALSE(group.empty());
      joined += group;
    }
    ASSERT_EQ(joined, answer);
  }
}

class ExtractiveModelTest : public ::testing::Test {
 protected:
  testing::ManualClock clock_;
  testing::ManualLoop loop_{clock_};
  WorkerPool workers_{1, "test"};
  ExtractiveModel model_{workers_};
};

TEST_F(ExtractiveModelTest, StreamsTheAnswerInPieces) {
  Prompt prompt = ask("When was the Lansdowne Bridge opened?");
  std::vector<std::string> pieces;
  OnText on_text = [&](std::string_view text) { pieces.emplace_back(text); };
  ASSERT_TRUE(testing::run(loop_, model_.answer(prompt, on_text, {})));
  std::string joined;
  for (const std::string& piece : pieces) joined += piece;
  EXPECT_EQ(joined, extractive_answer(prompt));
  EXPECT_GT(pieces.size(), 1U);
}

TEST_F(ExtractiveModelTest, LetsOtherWorkRunBetweenThePieces) {
  std::string order;
  OnText on_text = [&](std::string_view) {
    order += 'p';
    loop_.post([&] { order += 'w'; });
  };
  ASSERT_TRUE(testing::run(loop_, model_.answer(ask("Summarize the document"), on_text, {})));
  EXPECT_THAT(order, HasSubstr("pwpw"));
  EXPECT_THAT(order, Not(HasSubstr("pp")));
}

TEST_F(ExtractiveModelTest, StopsBetweenThePieces) {
  std::stop_source stop;
  int pieces = 0;
  OnText on_text = [&](std::string_view) {
    ++pieces;
    stop.request_stop();
  };
  auto answered =
      testing::run(loop_, model_.answer(ask("Summarize the document"), on_text, stop.get_token()));
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(pieces, 1);
}

TEST_F(ExtractiveModelTest, TellsWhatItIs) {
  EXPECT_EQ(model_.info().model_id, "extractive");
  EXPECT_EQ(model_.info().provider, "walrus");
  EXPECT_EQ(model_.info().strengths.size(), 4U);
  EXPECT_TRUE(model_.available());
}

}  // namespace
}  // namespace walrus::llm
