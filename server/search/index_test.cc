// Versions and owners: who sees what, and when.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "search/index_test_data.h"

namespace walrus::search {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

TEST_F(SearchIndexTest, AnEmptyIndexFindsNothing) {
  EXPECT_THAT(found("anything"), IsEmpty());
  EXPECT_THAT(index_->versions().value(), IsEmpty());
}

TEST_F(SearchIndexTest, AVersionIsFoundOnlyWhileActive) {
  add(made_version("alice", "doc", 1, {"first edition walrus"}));
  EXPECT_THAT(found("walrus"), IsEmpty());
  activate("doc", 1);
  EXPECT_THAT(found("walrus"), ElementsAre("doc/1/0"));
  add(made_version("alice", "doc", 2, {"second issue walrus"}));
  EXPECT_THAT(found("walrus"), ElementsAre("doc/1/0"));
  EXPECT_THAT(found("issue"), IsEmpty());
  activate("doc", 2);
  EXPECT_THAT(found("walrus"), ElementsAre("doc/2/0"));
  EXPECT_THAT(found("edition"), IsEmpty());
  EXPECT_THAT(index_->versions().value(),
              ElementsAre(AllOf(Field(&SearchIndex::Version::version, 2),
                                Field(&SearchIndex::Version::active, true))));
}

TEST_F(SearchIndexTest, AnInactiveVersionIsNotFoundByMeaningEither) {
  IndexedVersion pending = made_version("alice", "doc", 1, {"pending"});
  Vectors vectors = with_vectors(pending, {{1, 0}});
  add(pending);
  Query query{.owner = "alice", .text = "zzz", .vector = {1, 0}, .embedder = kTestEmbedder};
  EXPECT_THAT(search(query), IsEmpty());
  activate("doc", 1);
  EXPECT_THAT(names(search(query)), ElementsAre("doc/1/0"));
}

TEST_F(SearchIndexTest, ActivatingAgainChangesNothing) {
  put("doc", 1, {"walrus"});
  activate("doc", 1);
  EXPECT_THAT(found("walrus"), ElementsAre("doc/1/0"));
}

TEST_F(SearchIndexTest, ActivatingAnOlderVersionHidesTheNewer) {
  add(made_version("alice", "doc", 1, {"old walrus"}));
  put("doc", 2, {"new walrus"});
  // Activation removed version 1: it has to be added again.
  EXPECT_EQ(index_->activate("alice", "doc", 1).error().code, ErrorCode::kNotFound);
  add(made_version("alice", "doc", 1, {"old walrus"}));
  activate("doc", 1);
  EXPECT_THAT(found("walrus"), ElementsAre("doc/1/0"));
}

TEST_F(SearchIndexTest, AddingTheSameVersionReplacesIt) {
  put("doc", 1, {"walrus", "seal"});
  add(made_version("alice", "doc", 1, {"penguin"}));
  EXPECT_THAT(found("walrus"), IsEmpty());
  EXPECT_THAT(found("penguin"), IsEmpty());
  activate("doc", 1);
  EXPECT_THAT(found("walrus"), IsEmpty());
  EXPECT_THAT(found("penguin"), ElementsAre("doc/1/0"));
}

TEST_F(SearchIndexTest, RemovesVersionsAndDocuments) {
  put("doc", 1, {"walrus"});
  put("other", 1, {"walrus"});
  add(made_version("alice", "doc", 2, {"walrus"}));
  ASSERT_TRUE(index_->remove_version("doc", 2));
  EXPECT_EQ(index_->activate("alice", "doc", 2).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(index_->remove("doc"));
  EXPECT_THAT(found("walrus"), ElementsAre("other/1/0"));
  ASSERT_TRUE(index_->remove("other"));
  EXPECT_THAT(found("walrus"), IsEmpty());
  EXPECT_THAT(index_->versions().value(), IsEmpty());
  ASSERT_TRUE(index_->remove("unknown"));
  put("doc", 3, {"walrus again"});
  EXPECT_THAT(found("walrus"), ElementsAre("doc/3/0"));
}

TEST_F(SearchIndexTest, OwnersSeeTheirOwn) {
  put("hers", 1, {"walrus secret"}, "alice");
  put("his", 1, {"walrus plan"}, "bob");
  EXPECT_THAT(found("walrus", "alice"), ElementsAre("hers/1/0"));
  EXPECT_THAT(found("walrus", "bob"), ElementsAre("his/1/0"));
  EXPECT_THAT(found("secret", "bob"), IsEmpty());
  EXPECT_THAT(found("walrus", "carol"), IsEmpty());
  EXPECT_THAT(found("walrus", ""), IsEmpty());
  EXPECT_THAT(found("walrus", "bob", std::set<std::string>{"hers"}), IsEmpty());
  EXPECT_EQ(index_->activate("bob", "hers", 1).error().code, ErrorCode::kNotFound);
  EXPECT_THAT(found("walrus", "alice"), ElementsAre("hers/1/0"));
}

TEST_F(SearchIndexTest, MeaningsAreOfTheOwnerToo) {
  IndexedVersion hers = made_version("alice", "hers", 1, {"text"});
  Vectors vectors = with_vectors(hers, {{1, 0}});
  add(hers);
  activate("hers", 1);
  put("his", 1, {"words"}, "bob");
  Query query{.owner = "bob", .text = "zzz", .vector = {1, 0}, .embedder = kTestEmbedder};
  EXPECT_THAT(search(query), IsEmpty());
}

TEST_F(SearchIndexTest, RefusesVectorsThatDoNotFit) {
  IndexedVersion version = made_version("alice", "doc", 1, {"walrus"});
  Vectors vectors = with_vectors(version, {{1, 0}});
  version.entries[0].windows = {1};
  EXPECT_EQ(index_->add(version).error().code, ErrorCode::kInternal);
  version.entries[0].windows = {0};
  version.dimensions = 3;
  EXPECT_EQ(index_->add(version).error().code, ErrorCode::kInternal);
  EXPECT_THAT(index_->versions().value(), IsEmpty());
}

// Whatever else is added meanwhile.
TEST_F(SearchIndexTest, PiecesMakeAVersionAsTheWholeWouldBe) {
  std::vector<std::vector<float>> rows{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  IndexedVersion whole = made_version("alice", "doc", 1, {"walrus", "seal", "penguin"});
  Vectors vectors = with_vectors(whole, rows);
  for (std::int64_t i = 0; i < 3; ++i) {
    auto place = static_cast<std::size_t>(i);
    IndexedVersion piece = whole;
    piece.entries = {whole.entries[place]};
    piece.vectors = whole.vectors.subspan(place * 3, 3);
    piece.piece = {.first_entry = i, .first_window = i, .entries = 3, .windows = 3};
    add(piece);
    put("other" + std::to_string(i), 1, {"walrus seal penguin"});
    EXPECT_THAT(found("seal", "alice", std::set<std::string>{"doc"}), IsEmpty());
  }
  activate("doc", 1);
  std::set<std::string> one{"doc"};
  EXPECT_THAT(found("walrus", "alice", one), ElementsAre("doc/1/0"));
  EXPECT_THAT(found("penguin", "alice", one), ElementsAre("doc/1/2"));
  for (int i = 0; i < 3; ++i) {
    Query query{
        .owner = "alice", .text = "zzz", .limit = 1, .vector = rows[i], .embedder = kTestEmbedder};
    EXPECT_THAT(names(search(query)), ElementsAre("doc/1/" + std::to_string(i)));
  }
}

TEST_F(SearchIndexTest, RefusesPiecesThatMakeNoWhole) {
  IndexedVersion version = made_version("alice", "doc", 1, {"walrus", "seal"});
  version.piece = {.first_entry = 1, .entries = 3};
  EXPECT_EQ(index_->add(version).error().code, ErrorCode::kNotFound) << "nothing to follow";
  version.piece = {.first_entry = 2, .entries = 3};
  EXPECT_EQ(index_->add(version).error().code, ErrorCode::kInternal) << "more than the whole";
  Vectors vectors = with_vectors(version, {{1, 0}, {0, 1}});
  version.piece = {.entries = 2, .windows = 1};
  EXPECT_EQ(index_->add(version).error().code, ErrorCode::kInternal) << "more vectors";
  EXPECT_THAT(index_->versions().value(), IsEmpty());
}

TEST_F(SearchIndexTest, AFirstPieceTakesThePlaceOfAnEarlierTry) {
  IndexedVersion version = made_version("alice", "doc", 1, {"walrus"});
  version.piece = {.entries = 2};
  add(version);
  put("doc", 1, {"seal"});
  EXPECT_THAT(found("walrus"), IsEmpty());
  EXPECT_THAT(found("seal"), ElementsAre("doc/1/0"));
}

// Random changes, compared with a map of what should be seen. Each version has a word of its own.
TEST_F(SearchIndexTest, AgreesWithAModelOfItself) {
  constexpr unsigned kSeed = 20240115;
  std::mt19937 random(kSeed);
  auto draw = [&](int count) { return std::uniform_int_distribution<int>(0, count - 1)(random); };
  std::map<std::string, int> active;
  std::map<std::pair<std::string, int>, bool> known;
  auto forget = [&](const std::string& document) {
    active.erase(document);
    std::erase_if(known, [&](const auto& entry) { return entry.first.first == document; });
  };
  for (int step = 0; step < 400; ++step) {
    std::string document = "doc" + std::string(1, static_cast<char>('a' + draw(6)));
    int version = 1 + draw(4);
    std::string word = document + "v" + std::string(1, static_cast<char>('a' + version));
    int action = draw(10);
    if (action < 5) {
      std::vector<std::string> texts(1 + draw(3), word + " walrus");
      add(made_version("alice", document, version, texts));
      known[{document, version}] = true;
      if (active.contains(document) && active[document] == version) active.erase(document);
    } else if (action < 8) {
      bool there = known.contains({document, version});
      EXPECT_EQ(index_->activate("alice", document, version).has_value(), there);
      if (!there) continue;
      active[document] = version;
      std::erase_if(known, [&](const auto& entry) {
        return entry.first.first == document && entry.first.second < version;
      });
    } else if (action == 8) {
      ASSERT_TRUE(index_->remove_version(document, version));
      known.erase({document, version});
      if (active.contains(document) && active[document] == version) active.erase(document);
    } else {
      ASSERT_TRUE(index_->remove(document));
      forget(document);
    }
    EXPECT_EQ(index_->versions().value().size(), known.size()) << "seed " << kSeed;
    for (char letter = 'a'; letter < 'g'; ++letter) {
      std::string name = std::string("doc") + letter;
      for (int v = 1; v <= 4; ++v) {
        bool expected = active.contains(name) && active[name] == v;
        auto hits = found(name + "v" + std::string(1, static_cast<char>('a' + v)));
        ASSERT_EQ(!hits.empty(), expected)
            << name << " " << v << " step " << step << " seed " << kSeed;
      }
    }
  }
}

TEST(SearchIndexThreads, AQuerySeesTheOldVersionOrTheNew) {
  TemporaryFolder folder;
  Log log = Log::none();
  auto index = SearchIndex::open(folder.file("index.db"), {}, log).value();
  ASSERT_TRUE(index->add(made_version("alice", "doc", 1, std::vector<std::string>(5, "walrus"))));
  ASSERT_TRUE(index->activate("alice", "doc", 1));
  std::atomic<bool> done = false;
  std::atomic<int> bad = 0;
  std::atomic<int> asked = 0;
  std::vector<std::thread> readers;
  readers.reserve(3);
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        auto hits = index->search({.owner = "alice", .text = "walrus", .limit = 50});
        bool whole = hits && hits->size() == 5;
        for (const Hit& hit : hits.value_or(std::vector<Hit>())) {
          whole = whole && hit.version == hits->front().version;
        }
        if (!whole) ++bad;
        ++asked;
      }
    });
  }
  for (int version = 2; version < 40; ++version) {
    std::vector<std::string> texts(5, "walrus");
    EXPECT_TRUE(index->add(made_version("alice", "doc", version, texts)));
    EXPECT_TRUE(index->activate("alice", "doc", version));
    EXPECT_TRUE(index->remove_version("doc", version + 1));
  }
  while (asked < 10) std::this_thread::yield();
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(bad, 0) << "of " << asked;
}

}  // namespace
}  // namespace walrus::search
