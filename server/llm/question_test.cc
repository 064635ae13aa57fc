#include "llm/question.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "llm/answer_cues.h"

namespace walrus::llm {
namespace {

std::vector<std::string> matter(const Question& question) {
  std::vector<std::string> terms;
  for (const QuestionTerm& term : question.terms) {
    if (term.weight == 1) terms.push_back(term.term);
  }
  return terms;
}

Question question(std::string_view query, const std::vector<Turn>& history = {}) {
  return read_question(query, classify(query), history, "en");
}

TEST(Question, KeepsTheMatterAndWeighsTheAskingLess) {
  Question asked = question("Please explain the fermentation of sourdough breads");
  EXPECT_THAT(matter(asked), ::testing::ElementsAre("ferment", "sourdough", "bread"));
  EXPECT_FALSE(asked.about_the_whole);
}

TEST(Question, SeesWhatIsExpected) {
  EXPECT_EQ(question("Who built it?").expected, Expected::kPerson);
  EXPECT_EQ(question("When was it built?").expected, Expected::kTime);
  EXPECT_EQ(question("In what year was it built?").expected, Expected::kTime);
  EXPECT_EQ(question("How many spans has it?").expected, Expected::kNumber);
  EXPECT_EQ(question("Where does it stand?").expected, Expected::kPlace);
  EXPECT_EQ(question("Wann wurde sie gebaut?").expected, Expected::kTime);
  EXPECT_EQ(question("What is it made of?").expected, Expected::kAnything);
}

TEST(Question, IsAboutTheWholeWhenItNamesNothing) {
  EXPECT_TRUE(question("Summarize the document").about_the_whole);
  EXPECT_TRUE(question("Explain this text please").about_the_whole);
  EXPECT_FALSE(question("Summarize the history of Rome").about_the_whole);
  EXPECT_FALSE(question("what is the").about_the_whole);
  EXPECT_TRUE(question("what is the").terms.empty());
}

TEST(Question, LeansOnTheQuestionBeforeOnlyWhereItMust) {
  std::vector<Turn> history{{"user", "Tell me about volcanoes"},
                            {"user", "Who painted the Sistine Chapel?"},
                            {"assistant", "Michelangelo."}};
  EXPECT_THAT(matter(question("And when?", history)),
              ::testing::ElementsAre("paint", "sistin", "chapel"));
  EXPECT_THAT(matter(question("What colours were used for frescoes?", history)),
              ::testing::Not(::testing::Contains("sistin")));
  Question leaning = question("How high is its painted ceiling above ground?", history);
  EXPECT_THAT(leaning.terms, ::testing::Contains(::testing::Field(&QuestionTerm::term, "sistin")));
}

TEST(AnswerCues, KnowsAQuestionAndASentence) {
  EXPECT_TRUE(asks("Is it?"));
  EXPECT_TRUE(asks("\u201cIs it?\u201d"));
  EXPECT_FALSE(asks("It is."));
  EXPECT_TRUE(ends_like_a_sentence("He said \"yes.\")"));
  EXPECT_TRUE(ends_like_a_sentence("\u305d\u3046\u3067\u3059\u3002"));
  EXPECT_FALSE(ends_like_a_sentence("Chapter One"));
  EXPECT_FALSE(ends_like_a_sentence(""));
}

TEST(AnswerCues, FitsExpectations) {
  EXPECT_TRUE(fits_expectation("Built by Alexander Rendel.", Expected::kPerson, "who built it"));
  EXPECT_FALSE(fits_expectation("The Tower is old.", Expected::kPerson, "Who built the tower?"));
  EXPECT_FALSE(fits_expectation("", Expected::kPerson, ""));
  EXPECT_TRUE(fits_expectation("It opened in 1889.", Expected::kTime, ""));
  EXPECT_TRUE(fits_expectation("It opened in March.", Expected::kTime, ""));
  EXPECT_FALSE(fits_expectation("It has 12345 parts.", Expected::kTime, ""));
  EXPECT_TRUE(fits_expectation("It has twelve parts.", Expected::kNumber, ""));
  EXPECT_FALSE(fits_expectation("It has many parts.", Expected::kNumber, ""));
  EXPECT_TRUE(fits_expectation("It stands near Sukkur.", Expected::kPlace, "where is it"));
  EXPECT_FALSE(fits_expectation("Anything 1889 Sukkur.", Expected::kAnything, ""));
}

}  // namespace
}  // namespace walrus::llm
