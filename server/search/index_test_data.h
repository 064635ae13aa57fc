// What the index's tests put into it.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "search/index.h"

namespace walrus::search {

inline const std::string kTestEmbedder = "test/1";

// One entry a text, without vectors.
inline IndexedVersion made_version(const std::string& owner, const std::string& document,
                                   int version, const std::vector<std::string>& texts,
                                   const std::string& language = "en") {
  IndexedVersion made{
      .owner = owner, .document_id = document, .version = version, .language = language};
  for (const std::string& text : texts) made.entries.push_back({.title = {}, .text = text});
  return made;
}

// Owns what an IndexedVersion's `vectors` shows.
using Vectors = std::vector<float>;

// Row i is the one window of entry i, as far as there are entries.
inline Vectors with_vectors(IndexedVersion& version, const std::vector<std::vector<float>>& rows) {
  Vectors numbers;
  for (const std::vector<float>& row : rows) numbers.insert(numbers.end(), row.begin(), row.end());
  version.embedder = kTestEmbedder;
  version.dimensions = static_cast<int>(rows.front().size());
  version.vectors = numbers;
  for (std::size_t i = 0; i < version.entries.size(); ++i) {
    version.entries[i].windows = {static_cast<int>(i)};
  }
  return numbers;
}

inline std::vector<std::vector<float>> random_rows(std::mt19937& random, int count, int width) {
  std::normal_distribution<float> draw;
  std::vector<std::vector<float>> rows(count, std::vector<float>(width));
  for (std::vector<float>& row : rows) {
    float squares = 0;
    for (float& number : row) {
      number = draw(random);
      squares += number * number;
    }
    for (float& number : row) number /= std::sqrt(squares);
  }
  return rows;
}

// "document/version/chunk"
inline std::vector<std::string> names(const std::vector<Hit>& hits) {
  std::vector<std::string> all;
  all.reserve(hits.size());
  for (const Hit& hit : hits) {
    all.push_back(hit.document_id + "/" + std::to_string(hit.version) + "/" +
                  std::to_string(hit.chunk));
  }
  return all;
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "walrus-index-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::filesystem::path file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// An index in memory.
class SearchIndexTest : public ::testing::Test {
 protected:
  void put(const std::string& document, int version, const std::vector<std::string>& texts,
           const std::string& owner = "alice", const std::string& language = "en") {
    add(made_version(owner, document, version, texts, language));
    activate(document, version, owner);
  }
  void add(const IndexedVersion& version) { ASSERT_TRUE(index_->add(version)); }
  void activate(const std::string& document, int version, const std::string& owner = "alice") {
    ASSERT_TRUE(index_->activate(owner, document, version));
  }

  std::vector<Hit> search(const Query& query) {
    auto hits = index_->search(query);
    EXPECT_TRUE(hits) << hits.error().detail;
    return hits.value_or(std::vector<Hit>());
  }
  // "document/version/chunk", best first.
  std::vector<std::string> found(const std::string& text, const std::string& owner = "alice",
                                 std::optional<std::set<std::string>> documents = {}) {
    return names(search({.owner = owner, .text = text, .documents = std::move(documents)}));
  }

  Log log_ = Log::none();
  std::unique_ptr<SearchIndex> index_ = SearchIndex::open(":memory:", {}, log_).value();
};

}  // namespace walrus::search
