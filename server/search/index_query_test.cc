// What a query finds, and in what order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "search/index_test_data.h"

namespace walrus::search {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

TEST_F(SearchIndexTest, FindsTheChunkThatHasTheWords) {
  put("handbook", 1,
      {"Invoices are kept for ten years.", "Holidays are agreed with the team.",
       "The coffee machine is cleaned on Fridays."});
  EXPECT_THAT(found("how long do we keep an invoice?"), ElementsAre("handbook/1/0"));
  EXPECT_THAT(found("cleaning the coffee machine"), ElementsAre("handbook/1/2"));
  EXPECT_THAT(found("submarine"), IsEmpty());
}

TEST_F(SearchIndexTest, ScoresReachFromZeroToOne) {
  put("a", 1,
      {"walrus walrus walrus", "walrus and other animals of the northern seas", "a walrus"});
  std::vector<Hit> hits = search({.owner = "alice", .text = "walrus"});
  ASSERT_THAT(hits, SizeIs(3));
  EXPECT_THAT(hits, ::testing::Each(Field(&Hit::score, AllOf(Ge(0), Le(1)))));
  EXPECT_EQ(hits.front().score, 1);
  EXPECT_EQ(hits.back().score, 0);
}

TEST_F(SearchIndexTest, TitlesCountMore) {
  put("body", 1, {"budget of the year", "nothing here"});
  IndexedVersion titled = made_version("alice", "title", 1, {"some of the year"});
  titled.entries[0].title = "Budget";
  add(titled);
  activate("title", 1);
  EXPECT_THAT(found("budget"), ElementsAre("title/1/0", "body/1/0"));
}

TEST_F(SearchIndexTest, OnlyTheNamedDocuments) {
  std::set<std::string> most;
  for (int i = 0; i < 40; ++i) {
    put("doc" + std::to_string(i), 1, {"walrus number " + std::to_string(i)});
    if (i % 2 == 0) most.insert("doc" + std::to_string(i));
  }
  EXPECT_THAT(found("walrus", "alice", std::set<std::string>{"doc3"}), ElementsAre("doc3/1/0"));
  EXPECT_THAT(found("walrus", "alice", std::set<std::string>{}), IsEmpty());
  EXPECT_THAT(found("walrus", "alice", std::set<std::string>{"nothing"}), IsEmpty());
  for (const std::string& name :
       names(search({.owner = "alice", .text = "walrus", .limit = 100, .documents = most}))) {
    EXPECT_TRUE(most.contains(name.substr(0, name.find('/')))) << name;
  }
  EXPECT_THAT(search({.owner = "alice", .text = "walrus", .limit = 100, .documents = most}),
              SizeIs(20));
}

TEST_F(SearchIndexTest, MeaningReordersWhatKeywordsFind) {
  IndexedVersion near = made_version("alice", "near", 1, {"walrus tusk"});
  IndexedVersion far = made_version("alice", "far", 1, {"walrus tusk"});
  Vectors near_vectors = with_vectors(near, {{1, 0}});
  Vectors far_vectors = with_vectors(far, {{0, 1}});
  add(far);
  add(near);
  activate("far", 1);
  activate("near", 1);
  Query query{.owner = "alice", .text = "walrus", .vector = {1, 0}, .embedder = kTestEmbedder};
  EXPECT_THAT(names(search(query)), ElementsAre("near/1/0", "far/1/0"));
  query.vector = {0, 1};
  EXPECT_THAT(names(search(query)), ElementsAre("far/1/0", "near/1/0"));
  // Of another model, or of another length: not compared.
  query.embedder = "another";
  std::vector<Hit> hits = search(query);
  ASSERT_THAT(hits, SizeIs(2));
  EXPECT_EQ(hits[0].score, hits[1].score);
  query.embedder = kTestEmbedder;
  query.vector = {0, 1, 0};
  hits = search(query);
  ASSERT_THAT(hits, SizeIs(2));
  EXPECT_EQ(hits[0].score, hits[1].score);
}

TEST_F(SearchIndexTest, AChunkIsAsNearAsItsNearestWindow) {
  IndexedVersion version = made_version("alice", "doc", 1, {"walrus one", "walrus two"});
  Vectors vectors = with_vectors(version, {{0.6F, 0.8F}, {1, 0}, {0.8F, 0.6F}});
  version.entries[0].windows = {0, 2};
  version.entries[1].windows = {2, 1, 1};
  add(version);
  activate("doc", 1);
  Query query{.owner = "alice", .text = "walrus", .vector = {1, 0}, .embedder = kTestEmbedder};
  EXPECT_THAT(names(search(query)), ElementsAre("doc/1/1", "doc/1/0"));
  query.text = "zzz";
  EXPECT_THAT(names(search(query)), ElementsAre("doc/1/1", "doc/1/0"));
}

TEST_F(SearchIndexTest, WithoutKeywordsMeaningIsScanned) {
  IndexedVersion version = made_version("alice", "doc", 1, {"walrus", "seal", "penguin"});
  Vectors vectors = with_vectors(version, {{0, 1}, {1, 0}, {0.6F, 0.8F}});
  add(version);
  activate("doc", 1);
  Query query{.owner = "alice", .text = "???", .vector = {1, 0}, .embedder = kTestEmbedder};
  QueryCost cost;
  auto hits = index_->search(query, &cost).value();
  EXPECT_THAT(names(hits), ElementsAre("doc/1/1", "doc/1/2", "doc/1/0"));
  EXPECT_TRUE(cost.scanned);
  // No keyword was found: never more than the dense side's part.
  EXPECT_NEAR(hits[0].score, 0.2, 1e-9);
  query.documents = {"nothing"};
  EXPECT_THAT(search(query), IsEmpty());
  query.documents = {"doc"};
  query.limit = 2;
  EXPECT_THAT(search(query), SizeIs(2));
  query.vector.clear();
  EXPECT_THAT(search(query), IsEmpty());
}

TEST_F(SearchIndexTest, ADocumentWithoutVectorsLosesNothing) {
  IndexedVersion english = made_version("alice", "english", 1, {"Walross walrus word word"});
  Vectors vectors = with_vectors(english, {{0, 1}});
  add(english);
  activate("english", 1);
  put("german", 1, {"Walross Walross"}, "alice", "de");
  Query query{.owner = "alice", .text = "Walross", .vector = {1, 0}, .embedder = kTestEmbedder};
  std::vector<Hit> hits = search(query);
  ASSERT_THAT(names(hits), ElementsAre("german/1/0", "english/1/0"));
  EXPECT_EQ(hits[0].score, 1);
}

TEST_F(SearchIndexTest, EachLanguageHasItsStems) {
  put("german", 1, {"Die Rechnungen werden zehn Jahre aufbewahrt."}, "alice", "de");
  EXPECT_THAT(found("Rechnung aufbewahren"), ElementsAre("german/1/0"));
  put("english", 1, {"The meetings were cancelled yesterday."}, "alice", "en");
  EXPECT_THAT(found("cancelling the meeting of the board today"), ElementsAre("english/1/0"));
  EXPECT_THAT(found("Wie lange muss ich die Rechnung aufbewahren?"), ElementsAre("german/1/0"));
  put("chinese", 1, {"发票保存十年。"}, "alice", "zh");
  EXPECT_THAT(found("发票保存多久？"), ElementsAre("chinese/1/0"));
}

TEST_F(SearchIndexTest, LimitsAreKept) {
  std::vector<std::string> texts(150, "walrus");
  put("doc", 1, texts);
  auto count = [&](int limit) {
    return search({.owner = "alice", .text = "walrus", .limit = limit}).size();
  };
  EXPECT_EQ(count(0), 0U);
  EXPECT_EQ(count(-3), 0U);
  EXPECT_EQ(count(1), 1U);
  EXPECT_EQ(count(8), 8U);
  EXPECT_EQ(count(120), 120U);
  EXPECT_EQ(count(1000), 150U);
}

TEST_F(SearchIndexTest, CommonWordsAreNotLookedUpButAreFoundWhereNothingElseIs) {
  std::vector<std::string> texts(5000, "walrus seal");
  texts[17] = "walrus seal narwhal";
  put("big", 1, texts);
  put("small", 1, {"walrus alone"});
  EXPECT_THAT(found("walrus narwhal"), ElementsAre("big/1/17"));
  EXPECT_THAT(search({.owner = "alice", .text = "walrus", .limit = 20}), SizeIs(20));
  EXPECT_THAT(found("walrus narwhal", "alice", std::set<std::string>{"small"}),
              ElementsAre("small/1/0"));
}

TEST_F(SearchIndexTest, HostileQueriesAreJustWords) {
  put("doc", 1, {"walrus don't résumé c++ 3.14 title:walrus", "NEAR AND OR NOT"});
  const std::string hostile[] = {"",           " ",
                                 "\"",         "\"\"\"\"",
                                 "'",          "*",
                                 "walrus*",    "^walrus",
                                 "title:",     "title:walrus",
                                 "{title}",    "NEAR(walrus, 2)",
                                 "AND",        "OR OR OR",
                                 "NOT walrus", "(((((",
                                 ")",          "-walrus",
                                 "+",          "a AND b OR",
                                 "col : x",    std::string("nul\0walrus", 10),
                                 "\xff\xfe",   "😀😀",
                                 "☃ \"☃\"",    "'; DROP TABLE chunks; --",
                                 "%s%n",       "\\",
                                 "\x01\x02",   "walrus\"walrus",
                                 "don't",      "résumé",
                                 "c++",        "3.14"};
  for (const std::string& text : hostile) {
    auto hits = index_->search({.owner = "alice", .text = text});
    EXPECT_TRUE(hits) << text << ": " << hits.error().detail;
  }
  EXPECT_THAT(found("walrus\"x"), ElementsAre("doc/1/0"));
  EXPECT_THAT(found("don't"), ElementsAre("doc/1/0"));
  EXPECT_THAT(found("☃"), IsEmpty());
}

TEST_F(SearchIndexTest, FourThousandCharactersOfAnything) {
  put("doc", 1, {"walrus"});
  std::mt19937 random(20240115);
  for (int round = 0; round < 60; ++round) {
    std::string text;
    int reach = round % 3 == 0 ? 255 : 127;
    std::uniform_int_distribution<int> byte(round % 2 == 0 ? 32 : 0, reach);
    for (int i = 0; i < 4000; ++i) text += static_cast<char>(byte(random));
    EXPECT_TRUE(index_->search({.owner = "alice", .text = text}))
        << "seed 20240115 round " << round;
  }
  for (const char* unit : {"\"", "(", "a ", "OR ", "walrus ", "ab\" OR ", "☃"}) {
    std::string text;
    while (text.size() < 4000) text += unit;
    EXPECT_TRUE(index_->search({.owner = "alice", .text = text})) << unit;
  }
  std::string words;
  for (int i = 0; i < 800; ++i) words += "w" + std::to_string(i) + " ";
  EXPECT_THAT(found(words + "walrus"), IsEmpty()) << "no more than 256 words of a query count";
  EXPECT_THAT(found("walrus " + words), ElementsAre("doc/1/0"));
}

TEST_F(SearchIndexTest, ScansAreExact) {
  constexpr int kCount = 500;
  constexpr int kWidth = 64;
  std::mt19937 random(20240115);
  IndexedVersion version =
      made_version("alice", "doc", 1, std::vector<std::string>(kCount, "text"));
  Vectors vectors = with_vectors(version, random_rows(random, kCount, kWidth));
  add(version);
  activate("doc", 1);
  for (int round = 0; round < 20; ++round) {
    Query query{.owner = "alice", .text = "zzz", .embedder = kTestEmbedder};
    query.vector = random_rows(random, 1, kWidth)[0];
    std::vector<std::pair<float, int>> expected;
    for (int i = 0; i < kCount; ++i) {
      float sum = 0;
      for (int k = 0; k < kWidth; ++k) sum += query.vector[k] * version.vectors[i * kWidth + k];
      expected.emplace_back(-sum, i);
    }
    std::ranges::sort(expected);
    std::vector<Hit> hits = search(query);
    ASSERT_THAT(hits, SizeIs(8));
    for (int i = 0; i < 8; ++i) EXPECT_EQ(hits[i].chunk, expected[i].second) << "seed 20240115";
  }
}

}  // namespace
}  // namespace walrus::search
