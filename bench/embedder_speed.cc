// How fast the built-in embedder is, beside what its matrix products alone would take: the bound.
//
// Prints both, and the ratio of the two measured in turns in one run, so that the machine's own
// speed drops out.
#include <benchmark/benchmark.h>
#include <cblas.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include "search/use_lite.h"

namespace walrus::search {
namespace {

constexpr int kRounds = 15;
constexpr int kTexts = 64;
constexpr int kRunPieces = 384;

const UseLite& model() {
  static const UseLite made;
  return made;
}

// Windows of 60 words, as the chunker makes them.
std::vector<std::string> windows() {
  static constexpr const char* kWords[] = {
      "invoice", "retention", "the",     "of",      "delivery", "period", "and",       "customer",
      "a",       "machine",   "in",      "quality", "to",       "report", "operation", "is",
      "safety",  "with",      "chapter", "which",   "under",    "valve",  "pressure",  "their"};
  std::vector<std::string> texts;
  unsigned state = 1;
  for (int text = 0; text < kTexts; ++text) {
    std::string words;
    for (int word = 0; word < 60; ++word) {
      state = state * 1664525 + 1013904223;
      words += kWords[(state >> 16) % std::size(kWords)];
      words += word % 12 == 11 ? ". " : " ";
    }
    texts.push_back(words);
  }
  return texts;
}

int count_pieces(const std::vector<std::string>& texts) {
  int pieces = 0;
  for (const std::string& text : texts) {
    pieces +=
        std::min(kUseLiteMaxPieces, static_cast<int>(model().tokenizer().encode(text).size()));
  }
  return pieces;
}

struct Product {
  int columns;
  int inner;
};
constexpr Product kProducts[] = {{768, 256},  {512, 256}, {512, 256},  {1536, 512}, {512, 1536},
                                 {1536, 512}, {512, 512}, {1536, 512}, {512, 1536}};

// The products by weights of `pieces` pieces and nothing else.
void multiply_only(int pieces) {
  static std::vector<float> left(kRunPieces * 1536, 0.01F);
  static std::vector<float> right(1536 * 1536, 0.01F);
  static std::vector<float> out(kRunPieces * 1536);
  for (int done = 0; done < pieces; done += kRunPieces) {
    int rows = std::min(kRunPieces, pieces - done);
    for (Product product : kProducts) {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, product.columns, product.inner,
                  1, left.data(), product.inner, right.data(), product.columns, 0, out.data(),
                  product.columns);
    }
  }
  benchmark::DoNotOptimize(out.data());
}

// Of this thread alone: what else runs on the machine takes no part.
double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

template <class Work>
double seconds(Work work) {
  double begin = cpu_seconds();
  work();
  return cpu_seconds() - begin;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void print_ratio() {
  std::vector<std::string> texts = windows();
  int pieces = count_pieces(texts);
  std::vector<double> ratios;
  std::vector<double> embedding;
  std::vector<double> bound;
  for (int round = 0; round < kRounds; ++round) {
    embedding.push_back(seconds([&] { benchmark::DoNotOptimize(model().embed(texts)); }));
    bound.push_back(seconds([&] { multiply_only(pieces); }));
    ratios.push_back(bound.back() / embedding.back());
  }
  std::printf("embedder: %.0f pieces/s a core; its products alone: %.0f pieces/s; ratio %.3f\n",
              pieces / median(embedding), pieces / median(bound), median(ratios));
}

void embed_windows(benchmark::State& state) {
  std::vector<std::string> texts = windows();
  int pieces = count_pieces(texts);
  while (state.KeepRunning()) benchmark::DoNotOptimize(model().embed(texts));
  state.SetItemsProcessed(state.iterations() * pieces);
}
BENCHMARK(embed_windows)->Unit(benchmark::kMillisecond);

void embed_query(benchmark::State& state) {
  std::vector<std::string> texts = {"How long do we have to keep delivery notes and invoices?"};
  while (state.KeepRunning()) benchmark::DoNotOptimize(model().embed(texts));
}
BENCHMARK(embed_query)->Unit(benchmark::kMicrosecond);

void tokenize(benchmark::State& state) {
  std::vector<std::string> texts = windows();
  int pieces = count_pieces(texts);
  while (state.KeepRunning()) {
    for (const std::string& text : texts) {
      benchmark::DoNotOptimize(model().tokenizer().encode(text));
    }
  }
  state.SetItemsProcessed(state.iterations() * pieces);
}
BENCHMARK(tokenize)->Unit(benchmark::kMicrosecond);

void make_model(benchmark::State& state) {
  while (state.KeepRunning()) {
    UseLite made;
    benchmark::DoNotOptimize(&made);
  }
}
BENCHMARK(make_model)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace walrus::search

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  walrus::search::print_ratio();
  benchmark::RunSpecifiedBenchmarks();
}
