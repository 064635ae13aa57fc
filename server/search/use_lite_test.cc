#include "search/use_lite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "base/json.h"
#include "base/worker_pool.h"
#include "testing/manual_loop.h"

namespace walrus::search {
namespace {

using ::testing::Each;
using ::testing::IsEmpty;

// One for all tests of the program: making it parses the vocabulary.
const UseLite& model() {
  static const UseLite made;
  return made;
}

std::string read_file(const std::string& relative) {
  const char* root = std::getenv("WALRUS_SOURCE_DIR");
  std::ifstream file(std::string(root ? root : ".") + "/" + relative, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

json::array golden() {
  Result<json::value> parsed = parse_json(read_file("server/search/testdata/use_lite_golden.json"));
  return parsed && parsed->is_array() ? parsed->get_array() : json::array();
}

double norm(std::span<const float> row) {
  double squares = 0;
  for (float x : row) squares += double{x} * x;
  return std::sqrt(squares);
}

TEST(UseLite, HasThePiecesOfTheOriginal) {
  json::array entries = golden();
  ASSERT_GT(entries.size(), 25U);
  for (const json::value& entry : entries) {
    std::string_view text = view(entry.at("text").as_string());
    auto expected = json::value_to<std::vector<int>>(entry.at("pieces"));
    EXPECT_EQ(model().tokenizer().encode(text), expected) << text;
  }
}

TEST(UseLite, HasTheVectorsOfTheOriginal) {
  std::vector<std::string> texts;
  json::array entries = golden();
  ASSERT_GT(entries.size(), 25U);
  for (const json::value& entry : entries) texts.emplace_back(view(entry.at("text").as_string()));
  std::vector<float> rows = model().embed(texts);
  ASSERT_EQ(rows.size(), texts.size() * kUseLiteWidth);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::span<const float> row(rows.data() + i * kUseLiteWidth, kUseLiteWidth);
    auto first = json::value_to<std::vector<double>>(entries[i].at("first"));
    ASSERT_EQ(first.size(), 64U);
    for (std::size_t k = 0; k < first.size(); ++k) EXPECT_NEAR(row[k], first[k], 1e-5) << texts[i];
    double weighted = 0;
    for (std::size_t k = 0; k < row.size(); ++k) weighted += row[k] * double(k + 1) / kUseLiteWidth;
    EXPECT_NEAR(weighted, entries[i].at("weighted_sum").to_number<double>(), 1e-5) << texts[i];
    EXPECT_NEAR(norm(row), 1, 1e-5);
  }
}

TEST(UseLite, OneTextAndAmongOthersAreEqual) {
  std::vector<std::string> texts = {"", "the walrus", std::string(3000, 'x'), "and the carpenter",
                                    ""};
  std::vector<float> together = model().embed(texts);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::vector<float> alone = model().embed(std::span(texts).subspan(i, 1));
    for (int k = 0; k < kUseLiteWidth; ++k) {
      EXPECT_NEAR(alone[k], together[i * kUseLiteWidth + k], 1e-6);
    }
  }
}

TEST(UseLite, EmptyTextsGiveZeros) {
  std::vector<std::string> texts = {"", ""};
  EXPECT_THAT(model().embed(texts), Each(0.0F));
  EXPECT_THAT(model().embed({}), IsEmpty());
  EXPECT_THAT(model().tokenizer().encode(""), IsEmpty());
}

TEST(UseLite, LooksAtTheFirst128Pieces) {
  std::string head;
  for (int i = 0; i < 200; ++i) head += "stone ";
  std::vector<std::string> texts = {head, head + "entirely different matters of taxation"};
  std::vector<float> rows = model().embed(texts);
  for (int k = 0; k < kUseLiteWidth; ++k) EXPECT_EQ(rows[k], rows[kUseLiteWidth + k]);
}

TEST(UseLite, MeaningsAreNearerThanWords) {
  std::vector<std::string> texts = {"How old are you?", "What is your age?",
                                    "How deep is the sea?"};
  std::vector<float> rows = model().embed(texts);
  auto similarity = [&](int a, int b) {
    double sum = 0;
    for (int k = 0; k < kUseLiteWidth; ++k) {
      sum += double{rows[a * kUseLiteWidth + k]} * rows[b * kUseLiteWidth + k];
    }
    return sum;
  };
  EXPECT_GT(similarity(0, 1), similarity(0, 2) + 0.1);
}

TEST(UseLite, InvalidUtf8AndHugeTextsAreJustTexts) {
  std::vector<std::string> texts = {"\xff\xfe broken \xc3", std::string(1 << 20, 'q'),
                                    std::string(1000, '\0')};
  std::vector<float> rows = model().embed(texts);
  ASSERT_EQ(rows.size(), texts.size() * kUseLiteWidth);
  for (float x : rows) ASSERT_TRUE(std::isfinite(x));
}

TEST(UseLite, RefusesWeightsThatDoNotFit) {
  std::vector<float> numbers(10);
  EXPECT_THROW(locate_use_lite_weights(use_lite_manifest(), numbers), std::logic_error);
  EXPECT_THROW(locate_use_lite_weights("{", numbers), std::logic_error);
  EXPECT_THROW(UseLiteTokenizer("{}"), std::logic_error);
}

class BuiltinEmbedderTest : public ::testing::Test {
 protected:
  testing::ManualClock clock_;
  testing::ManualLoop loop_{clock_};
  WorkerPool workers_{2, "worker"};
  BuiltinEmbedder embedder_{workers_};
};

TEST_F(BuiltinEmbedderTest, EmbedsMoreThanABatchInOrder) {
  std::vector<std::string> texts;
  texts.reserve(150);
  for (int i = 0; i < 150; ++i) texts.push_back("text number " + std::to_string(i));
  std::vector<float> expected = model().embed(texts);
  auto rows = testing::run(loop_, embedder_.embed(texts, {}));
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR((*rows)[i], expected[i], 1e-6);
}

TEST_F(BuiltinEmbedderTest, StopsWhenAskedTo) {
  std::stop_source source;
  source.request_stop();
  std::vector<std::string> texts(100, "never embedded");
  auto rows = testing::run(loop_, embedder_.embed(texts, source.get_token()));
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::kCancelled);
}

// Takes the first batch through, then stops: the second must not be worked on.
class StoppingExecutor final : public Executor {
 public:
  explicit StoppingExecutor(std::stop_source& source) : source_(source) {}
  void post(Work work) override {
    ++batches;
    work();
    source_.request_stop();
  }
  int batches = 0;

 private:
  std::stop_source& source_;
};

TEST_F(BuiltinEmbedderTest, StopsBetweenBatches) {
  std::stop_source source;
  StoppingExecutor executor(source);
  BuiltinEmbedder embedder(executor);
  std::vector<std::string> texts(200, "short");
  auto rows = testing::run(loop_, embedder.embed(texts, source.get_token()));
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(executor.batches, 1);
}

TEST_F(BuiltinEmbedderTest, SaysWhatItIs) {
  EXPECT_EQ(embedder_.identity(), "use-lite-512/1");
  EXPECT_TRUE(embedder_.understands("en"));
  EXPECT_TRUE(embedder_.understands(""));
  EXPECT_FALSE(embedder_.understands("de"));
  EXPECT_GT(embedder_.batch_size(), 0);
}

}  // namespace
}  // namespace walrus::search
