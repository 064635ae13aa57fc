// How good the extractive model's answers are, on the questions of XQuAD.
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <random>
#include <sstream>

#include "base/json.h"
#include "llm/extractive_answer.h"

namespace walrus::llm {
namespace {

constexpr std::size_t kSources = 5;

std::filesystem::path data_folder() {
  if (const char* given = std::getenv("WALRUS_CONFORMANCE_DIR")) return given;
  const char* root = std::getenv("WALRUS_SOURCE_DIR");
  return std::filesystem::path(root ? root : ".") / "../shared/data";
}

std::string gunzip(const std::filesystem::path& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  std::string text;
  char bytes[65536];
  for (int size = 0; file && (size = gzread(file, bytes, sizeof bytes)) > 0;) {
    text.append(bytes, static_cast<std::size_t>(size));
  }
  if (file) gzclose(file);
  return text;
}

struct Line {
  std::string id;
  std::string text;
};

std::vector<Line> read_lines(const std::filesystem::path& path) {
  std::vector<Line> lines;
  std::istringstream stream(gunzip(path));
  for (std::string line; std::getline(stream, line);) {
    json::object object = parse_json(line)->as_object();
    lines.push_back({std::string(view(object.at("_id").as_string())),
                     std::string(view(object.at("text").as_string()))});
  }
  return lines;
}

struct Query {
  std::string text;
  std::size_t paragraph;
};

class ExtractiveQuality : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::path folder = data_folder() / "retrieval/xquad-en";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "the retrieval collections are not here";
    std::map<std::string, std::size_t> by_id;
    for (Line& line : read_lines(folder / "corpus.jsonl.gz")) {
      by_id[line.id] = paragraphs_.size();
      paragraphs_.push_back(std::move(line.text));
    }
    std::map<std::string, std::string> texts;
    for (Line& line : read_lines(folder / "queries.jsonl.gz"))
      texts[line.id] = std::move(line.text);
    std::istringstream judgements(gunzip(folder / "qrels.tsv"));
    std::string query, paragraph, score;
    std::getline(judgements, query);
    while (judgements >> query >> paragraph >> score)
      queries_.push_back({texts.at(query), by_id.at(paragraph)});
    ASSERT_EQ(queries_.size(), 1190U);
  }

  // Five paragraphs in no order, the query's own among them or not.
  Prompt prompt_for(const Query& query, bool with_own, std::vector<std::size_t>& shown) {
    shown.clear();
    if (with_own) shown.push_back(query.paragraph);
    while (shown.size() < kSources) {
      std::size_t other = random_() % paragraphs_.size();
      if (other != query.paragraph && std::ranges::find(shown, other) == shown.end())
        shown.push_back(other);
    }
    std::ranges::shuffle(shown, random_);
    Prompt prompt{.query = query.text, .approach = classify(query.text)};
    for (std::size_t paragraph : shown)
      prompt.sources.push_back({.chunk_id = "c", .text = paragraphs_[paragraph]});
    return prompt;
  }

  std::vector<std::string> paragraphs_;
  std::vector<Query> queries_;
  std::mt19937 random_{20240115};
};

// The numbers n of all "[n]".
std::vector<std::size_t> marks_in(std::string_view answer) {
  std::vector<std::size_t> marks;
  for (std::size_t i = 0; i + 2 < answer.size(); ++i) {
    bool mark =
        answer[i] == '[' && answer[i + 1] >= '1' && answer[i + 1] <= '9' && answer[i + 2] == ']';
    if (mark) marks.push_back(static_cast<std::size_t>(answer[i + 1] - '0'));
  }
  return marks;
}

TEST_F(ExtractiveQuality, CitesTheParagraphThatAnswers) {
  std::size_t right = 0, all = 0, nothing = 0, first_right = 0;
  for (const Query& query : queries_) {
    std::vector<std::size_t> shown;
    Prompt prompt = prompt_for(query, true, shown);
    std::string answer = extractive_answer(prompt);
    if (answer == kNothingFound) {
      ++nothing;
      continue;
    }
    std::vector<std::size_t> marks = marks_in(answer);
    ASSERT_FALSE(marks.empty()) << answer;
    bool any = false;
    for (std::size_t mark : marks) {
      bool hit = shown.at(mark - 1) == query.paragraph;
      ++all;
      right += hit ? 1 : 0;
      any = any || hit;
    }
    first_right += any ? 1 : 0;
  }
  double queries = static_cast<double>(queries_.size());
  double precision = 100.0 * static_cast<double>(right) / static_cast<double>(all);
  double unanswered = 100.0 * static_cast<double>(nothing) / queries;
  std::cout << "marks at the right paragraph: " << precision
            << " %, answers that cite it: " << 100.0 * static_cast<double>(first_right) / queries
            << " %, unanswered: " << unanswered << " %\n";
  EXPECT_GE(precision, 95);
  EXPECT_LE(unanswered, 10);
}

TEST_F(ExtractiveQuality, AnswersFewUnrelatedQuestionsEvenFromLongChunks) {
  std::size_t answered = 0;
  for (const Query& query : queries_) {
    std::vector<std::size_t> shown;
    Prompt prompt = prompt_for(query, false, shown);
    for (Source& source : prompt.sources) {
      for (int i = 0; i < 5; ++i) {
        std::size_t other = random_() % paragraphs_.size();
        if (other != query.paragraph) source.text += "\n\n" + paragraphs_[other];
      }
    }
    answered += extractive_answer(prompt) == kNothingFound ? 0 : 1;
  }
  double share = 100.0 * static_cast<double>(answered) / static_cast<double>(queries_.size());
  std::cout << "unrelated questions that got an answer from long chunks: " << share << " %\n";
  EXPECT_LE(share, 20);
}

TEST_F(ExtractiveQuality, AnswersFewUnrelatedQuestions) {
  std::size_t answered = 0;
  for (const Query& query : queries_) {
    std::vector<std::size_t> shown;
    Prompt prompt = prompt_for(query, false, shown);
    answered += extractive_answer(prompt) == kNothingFound ? 0 : 1;
  }
  double share = 100.0 * static_cast<double>(answered) / static_cast<double>(queries_.size());
  std::cout << "unrelated questions that got an answer: " << share << " %\n";
  EXPECT_LE(share, 5);
}

}  // namespace
}  // namespace walrus::llm
