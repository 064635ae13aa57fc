// How well the index and the built-in embedder find: nDCG@10 and recall on public collections.
//
// Reads retrieval/ of the folder WALRUS_CONFORMANCE_DIR. Exits 1 where a collection is found worse
// than it has to be, 77 where the data is absent.
#include <zlib.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "base/json.h"
#include "search/index.h"
#include "search/use_lite.h"
#include "text/chunker.h"
#include "text/terms.h"

namespace walrus::search {
namespace {

constexpr int kSkipped = 77;
constexpr const char* kOwner = "bench";

struct Collection {
  const char* name;
  double least_ndcg;
};
constexpr Collection kCollections[] = {{"xquad-en", 0.970}, {"scifact", 0.685}};

// Decompresses what is compressed and passes through what is not.
std::string read_file(const std::filesystem::path& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  std::string text;
  if (file == nullptr) return text;
  char block[1 << 16];
  for (int read = 0; (read = gzread(file, block, sizeof(block))) > 0;) text.append(block, read);
  gzclose(file);
  return text;
}

std::string read_either(const std::filesystem::path& path) {
  std::string plain = read_file(path);
  return plain.empty() ? read_file(path.string() + ".gz") : plain;
}

struct Text {
  std::string id;
  std::string title;
  std::string text;
};

std::vector<Text> read_texts(const std::filesystem::path& path) {
  std::vector<Text> texts;
  std::istringstream lines(read_either(path));
  for (std::string line; std::getline(lines, line);) {
    json::value value = parse_json(line).value();
    const json::object& object = value.as_object();
    auto member = [&](const char* name) {
      const json::string* found = find_string(object, name);
      return found ? std::string(view(*found)) : std::string();
    };
    texts.push_back({member("_id"), member("title"), member("text")});
  }
  return texts;
}

using Judgements = std::map<std::string, std::set<std::string>>;

Judgements read_judgements(const std::filesystem::path& path) {
  Judgements judgements;
  std::istringstream lines(read_either(path));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    std::string query;
    std::string document;
    int relevance = 0;
    if (fields >> query >> document >> relevance && relevance > 0)
      judgements[query].insert(document);
  }
  return judgements;
}

// One document as one chunk; its windows as in an upload.
struct Prepared {
  std::vector<float> vectors;
  IndexEntry entry;
};

Prepared prepare(const UseLite& model, const Text& document) {
  text::StructuredText structured;
  structured.text = document.text;
  if (!structured.text.empty()) structured.sections.push_back({});
  text::ChunkPlan plan = text::plan_chunks(structured, {.words = 1'000'000, .overlap = 0});
  Prepared prepared;
  std::vector<std::string> windows;
  for (const text::Window& window : plan.windows) {
    prepared.entry.windows.push_back(static_cast<int>(windows.size()));
    windows.push_back(structured.text.substr(window.begin, window.end - window.begin));
  }
  prepared.vectors = model.embed(windows);
  prepared.entry.title = document.title;
  prepared.entry.text = document.text;
  return prepared;
}

std::vector<Prepared> prepare_all(const UseLite& model, const std::vector<Text>& documents) {
  std::vector<Prepared> prepared(documents.size());
  std::atomic<std::size_t> next = 0;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
    threads.emplace_back([&] {
      for (std::size_t at = next++; at < documents.size(); at = next++) {
        prepared[at] = prepare(model, documents[at]);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return prepared;
}

void index_all(SearchIndex& index, const UseLite& model, const std::vector<Text>& documents) {
  std::vector<Prepared> prepared = prepare_all(model, documents);
  for (std::size_t i = 0; i < documents.size(); ++i) {
    IndexedVersion version{.owner = kOwner,
                           .document_id = documents[i].id,
                           .language = "en",
                           .embedder = "use-lite-512/1",
                           .dimensions = kUseLiteWidth,
                           .vectors = prepared[i].vectors,
                           .entries = {std::move(prepared[i].entry)}};
    index.add(version).value();
    index.activate(kOwner, documents[i].id, 1).value();
  }
}

struct Quality {
  double ndcg = 0;
  double recall_10 = 0;
  double recall_100 = 0;
};

Quality quality_of(const std::vector<Hit>& hits, const std::set<std::string>& relevant) {
  Quality quality;
  double ideal = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(10, relevant.size()); ++i) {
    ideal += 1 / std::log2(static_cast<double>(i) + 2);
  }
  auto share = 1.0 / static_cast<double>(relevant.size());
  for (std::size_t i = 0; i < hits.size(); ++i) {
    if (!relevant.contains(hits[i].document_id)) continue;
    if (i < 10) quality.ndcg += 1 / std::log2(static_cast<double>(i) + 2) / ideal;
    if (i < 10) quality.recall_10 += share;
    quality.recall_100 += share;
  }
  return quality;
}

Quality measure(SearchIndex& index, const UseLite* model, const std::vector<Text>& queries,
                const Judgements& judgements) {
  Quality sum;
  double count = 0;
  for (const Text& query : queries) {
    auto relevant = judgements.find(query.id);
    if (relevant == judgements.end()) continue;
    Query asked{.owner = kOwner, .text = query.text, .limit = 100};
    if (model != nullptr) {
      asked.vector = model->embed(std::vector{query.text});
      asked.embedder = "use-lite-512/1";
    }
    Quality one = quality_of(index.search(asked).value(), relevant->second);
    sum.ndcg += one.ndcg;
    sum.recall_10 += one.recall_10;
    sum.recall_100 += one.recall_100;
    ++count;
  }
  return {sum.ndcg / count, sum.recall_10 / count, sum.recall_100 / count};
}

bool run(const std::filesystem::path& folder, const Collection& collection) {
  static const UseLite model;
  Log log = Log::none();
  auto index = SearchIndex::open(":memory:", {}, log).value();
  index_all(*index, model, read_texts(folder / "corpus.jsonl"));
  std::vector<Text> queries = read_texts(folder / "queries.jsonl");
  Judgements judgements = read_judgements(folder / "qrels.tsv");
  Quality keywords = measure(*index, nullptr, queries, judgements);
  Quality both = measure(*index, &model, queries, judgements);
  bool good = both.ndcg >= collection.least_ndcg;
  std::printf("%-10s keywords  nDCG@10 %.4f  recall@10 %.4f  recall@100 %.4f\n", collection.name,
              keywords.ndcg, keywords.recall_10, keywords.recall_100);
  std::printf(
      "%-10s both      nDCG@10 %.4f  recall@10 %.4f  recall@100 %.4f  (at least %.3f: %s)\n",
      collection.name, both.ndcg, both.recall_10, both.recall_100, collection.least_ndcg,
      good ? "yes" : "NO");
  std::fflush(stdout);
  return good;
}

int run_all() {
  const char* root = std::getenv("WALRUS_CONFORMANCE_DIR");
  std::filesystem::path folder =
      std::filesystem::path(root ? root : "../shared/data") / "retrieval";
  if (!std::filesystem::exists(folder)) {
    std::printf("skipped: no retrieval collections (WALRUS_CONFORMANCE_DIR)\n");
    return kSkipped;
  }
  bool good = true;
  for (const Collection& collection : kCollections) {
    good = run(folder / collection.name, collection) && good;
  }
  return good ? 0 : 1;
}

}  // namespace
}  // namespace walrus::search

int main() {
  return walrus::search::run_all();
}
