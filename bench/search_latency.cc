// How long a query takes over 10,000 and 100,000 chunks of 800 words, on one core, and where.
//
// The words follow Zipf's law; a query has words as questions do, mostly rare ones. Prints the
// median and the parts of it. Exits 1 where the median of its own time is above its bound.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "search/index.h"

namespace walrus::search {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kOwner = "bench";
constexpr const char* kEmbedder = "random-512";
constexpr int kWordsPerChunk = 800;
constexpr int kWindowsPerChunk = 14;
constexpr int kChunksPerDocument = 50;
constexpr int kDimensions = 512;
constexpr int kVocabulary = 200'000;
constexpr int kQueries = 300;
constexpr unsigned kSeed = 20240115;

struct Size {
  int chunks;
  double most_millis;
};
constexpr Size kSizes[] = {{10'000, 10}, {100'000, 60}};

// Ranks of words, the probability of rank r being proportional to 1 / (r + 2.7).
class Zipf {
 public:
  Zipf() {
    double sum = 0;
    for (int rank = 0; rank < kVocabulary; ++rank) {
      sum += 1 / (rank + 2.7);
      sums_.push_back(sum);
    }
  }
  int draw(std::mt19937& random) const {
    std::uniform_real_distribution<double> point(0, sums_.back());
    return static_cast<int>(std::ranges::lower_bound(sums_, point(random)) - sums_.begin());
  }

 private:
  std::vector<double> sums_;
};

// Letters alone, so that neither words are cut nor stems taken.
std::string word(int rank) {
  std::string letters = "w";
  for (unsigned rest = static_cast<unsigned>(rank) + 1; rest > 0; rest /= 20) {
    letters += "bcdfghjklmnpqrtvwxzk"[rest % 20];
  }
  return letters + "o";
}

std::vector<float> random_rows(std::mt19937& random, int count) {
  std::normal_distribution<float> draw;
  std::vector<float> rows(static_cast<std::size_t>(count) * kDimensions);
  for (int row = 0; row < count; ++row) {
    float* numbers = rows.data() + static_cast<std::size_t>(row) * kDimensions;
    float squares = 0;
    for (int i = 0; i < kDimensions; ++i) {
      numbers[i] = draw(random);
      squares += numbers[i] * numbers[i];
    }
    for (int i = 0; i < kDimensions; ++i) numbers[i] /= std::sqrt(squares);
  }
  return rows;
}

IndexedVersion make_document(std::mt19937& random, const Zipf& zipf, int number, int chunks,
                             std::span<const float> vectors) {
  IndexedVersion version{.owner = kOwner,
                         .document_id = "document-" + std::to_string(number),
                         .embedder = kEmbedder,
                         .dimensions = kDimensions,
                         .vectors = vectors};
  for (int chunk = 0; chunk < chunks; ++chunk) {
    IndexEntry entry{.title = word(zipf.draw(random)) + " " + word(zipf.draw(random))};
    for (int i = 0; i < kWordsPerChunk; ++i) entry.text += word(zipf.draw(random)) + ' ';
    for (int i = 0; i < kWindowsPerChunk; ++i)
      entry.windows.push_back(chunk * kWindowsPerChunk + i);
    version.entries.push_back(std::move(entry));
  }
  return version;
}

// Of a collection as large as ours needs no more than so many vectors that differ: drawing them
// would take longer than indexing.
void fill(SearchIndex& index, int chunks, const Zipf& zipf) {
  std::mt19937 random(kSeed);
  std::vector<float> vectors = random_rows(random, kChunksPerDocument * kWindowsPerChunk);
  for (int done = 0; done < chunks; done += kChunksPerDocument) {
    IndexedVersion version =
        make_document(random, zipf, done / kChunksPerDocument, kChunksPerDocument, vectors);
    std::string id = version.document_id;
    index.add(std::move(version)).value();
    index.activate(kOwner, id, 1).value();
  }
}

// Three to eight words: one as common as "the", two of the thousand most common, the rest drawn
// evenly over the logarithm of their rank, as content words lie.
std::string make_query(std::mt19937& random) {
  auto between = [&](double low, double high) {
    return static_cast<int>(
        std::exp(std::uniform_real_distribution<double>(std::log(low), std::log(high))(random)));
  };
  std::string query =
      word(between(1, 30)) + ' ' + word(between(30, 1000)) + ' ' + word(between(100, 1000));
  int rest = std::uniform_int_distribution<int>(0, 5)(random);
  for (int i = 0; i < rest; ++i) query += ' ' + word(between(300, kVocabulary - 1));
  return query;
}

struct Sample {
  double millis;
  double cpu_millis;  // of this thread: what the bound is for, whatever else runs on the machine
  QueryCost cost;
};

double cpu_millis() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

Sample ask(SearchIndex& index, Query query) {
  Sample sample{};
  Clock::time_point begin = Clock::now();
  double cpu_begin = cpu_millis();
  index.search(query, &sample.cost).value();
  sample.cpu_millis = cpu_millis() - cpu_begin;
  sample.millis = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  return sample;
}

template <class Part>
double quantile(const std::vector<Sample>& samples, double share, Part part) {
  std::vector<double> values;
  values.reserve(samples.size());
  for (const Sample& sample : samples) values.push_back(part(sample));
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

double print(const char* what, int chunks, const std::vector<Sample>& samples) {
  auto total = [](const Sample& sample) { return sample.millis; };
  auto micros = [&](std::int64_t QueryCost::* part) {
    return quantile(samples, 0.5, [&](const Sample& s) { return s.cost.*part / 1e3; });
  };
  double median = quantile(samples, 0.5, [](const Sample& sample) { return sample.cpu_millis; });
  std::printf(
      "%7d chunks  %-23s p50 %7.2f ms  p95 %7.2f ms  cpu p50 %7.2f ms  "
      "(terms %.2f, keywords %.2f, vectors %.2f)\n",
      chunks, what, quantile(samples, 0.5, total), quantile(samples, 0.95, total), median,
      micros(&QueryCost::terms), micros(&QueryCost::keywords), micros(&QueryCost::vectors));
  std::fflush(stdout);
  return median;
}

bool run(const std::filesystem::path& folder, Size size, const Zipf& zipf) {
  Log log = Log::none();
  std::filesystem::path file = folder / ("search_latency_" + std::to_string(size.chunks) + ".db");
  std::filesystem::remove(file);
  std::vector<Sample> samples;
  std::vector<Sample> scans;
  double fill_seconds = 0;
  {
    auto index = SearchIndex::open(file, {}, log).value();
    Clock::time_point begin = Clock::now();
    fill(*index, size.chunks, zipf);
    fill_seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    std::mt19937 random(kSeed + 1);
    for (int i = 0; i < kQueries; ++i) {
      Query query{.owner = kOwner, .text = make_query(random), .embedder = kEmbedder};
      query.vector = random_rows(random, 1);
      samples.push_back(ask(*index, query));
    }
    for (int i = 0; i < 5; ++i) {
      Query query{.owner = kOwner, .text = "nowheretobefound", .embedder = kEmbedder};
      query.vector = random_rows(random, 1);
      scans.push_back(ask(*index, query));
    }
  }
  double median = print("questions", size.chunks, samples);
  print("no keyword: all vectors", size.chunks, scans);
  std::printf("%7d chunks  filled in %.0f s, %.0f MB\n", size.chunks, fill_seconds,
              static_cast<double>(std::filesystem::file_size(file)) / 1e6);
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
  if (median > size.most_millis) std::printf("above the bound of %.0f ms\n", size.most_millis);
  return median <= size.most_millis;
}

}  // namespace
}  // namespace walrus::search

// search_latency [CHUNKS]: of the sizes measured, those of at most so many chunks.
int main(int argc, char** argv) {
  using namespace walrus::search;
  int most = argc > 1 ? std::atoi(argv[1]) : 100'000;
  const char* build = std::getenv("WALRUS_BUILD_DIR");
  std::filesystem::path folder =
      build ? std::filesystem::path(build) : std::filesystem::temp_directory_path();
  Zipf zipf;
  bool good = true;
  for (Size size : kSizes) {
    if (size.chunks <= most) good = run(folder, size, zipf) && good;
  }
  return good ? 0 : 1;
}
