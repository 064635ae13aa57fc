#include "search/use_lite_tokenizer.h"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "base/json.h"
#include "base/utf8.h"

namespace walrus::search {
namespace {

constexpr int kReservedIds = 6;  // unknown, sentence marks and spares: no text has them
constexpr int kUnknown = 0;
constexpr char32_t kWordMark = U'\u2581';  // stands for a space and before the first word

std::uint64_t edge(int node, char32_t symbol) {
  return static_cast<std::uint64_t>(node) << 32 | symbol;
}

std::u32string normalized_symbols(std::string_view utf8) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(status);
  if (U_FAILURE(status)) throw std::logic_error("ICU has no NFKC data");
  icu::UnicodeString normalized = nfkc->normalize(
      icu::UnicodeString::fromUTF8({utf8.data(), static_cast<std::int32_t>(utf8.size())}), status);
  std::u32string symbols;
  if (U_FAILURE(status) || normalized.isEmpty()) return symbols;
  symbols.push_back(kWordMark);
  for (std::int32_t i = 0; i < normalized.length(); i = normalized.moveIndex32(i, 1)) {
    auto symbol = static_cast<char32_t>(normalized.char32At(i));
    symbols.push_back(symbol == U' ' ? kWordMark : symbol);
  }
  return symbols;
}

// The npm package reads a missing score (JSON null) as 0.
float score_of(const json::value& score) {
  return score.is_null() ? 0.0F : score.to_number<float>();
}

}  // namespace

// The best way to each position, from its beginning.
struct UseLiteTokenizer::Lattice {
  explicit Lattice(std::u32string text)
      : symbols(std::move(text)),
        score(symbols.size() + 1),
        id(score.size()),
        length(score.size(), 1) {}

  // A score of 0 counts as "not reached yet" even where it was reached: so does the original, and
  // the network was verified on its pieces.
  void offer(int begin, int end, float piece_score, int piece) {
    float total = score[begin] + piece_score;
    if (score[end] != 0 && total < score[end]) return;
    score[end] = total;
    id[end] = piece;
    length[end] = end - begin;
  }

  std::u32string symbols;
  std::vector<float> score;
  std::vector<int> id;
  std::vector<int> length;
};

UseLiteTokenizer::UseLiteTokenizer(std::string_view vocabulary) : nodes_(1) {
  Result<json::value> parsed = parse_json(vocabulary);
  if (!parsed || !parsed->is_array()) throw std::logic_error("the vocabulary is not a JSON array");
  for (const json::value& entry : parsed->get_array()) {
    const json::array& pair = entry.as_array();
    if (size_ >= kReservedIds) insert(view(pair.at(0).as_string()), score_of(pair.at(1)), size_);
    ++size_;
  }
}

void UseLiteTokenizer::insert(std::string_view piece, float score, int id) {
  int node = 0;
  for (std::size_t at = 0; at < piece.size();) {
    char32_t symbol = next_code_point(piece, at);
    auto [place, is_new] =
        children_.try_emplace(edge(node, symbol), static_cast<int>(nodes_.size()));
    if (is_new) nodes_.emplace_back();
    node = place->second;
  }
  nodes_[node] = {score, id};
}

int UseLiteTokenizer::child(int node, char32_t symbol) const {
  auto found = children_.find(edge(node, symbol));
  return found == children_.end() ? 0 : found->second;
}

void UseLiteTokenizer::extend(Lattice& lattice, int begin) const {
  bool matched = false;
  int node = 0;
  for (int end = begin; end < static_cast<int>(lattice.symbols.size());) {
    node = child(node, lattice.symbols[end]);
    if (node == 0) break;
    ++end;
    if (nodes_[node].id == 0) continue;
    matched = true;
    lattice.offer(begin, end, nodes_[node].score, nodes_[node].id);
  }
  if (!matched) lattice.offer(begin, begin + 1, 0, kUnknown);
}

std::vector<int> UseLiteTokenizer::encode(std::string_view utf8) const {
  Lattice lattice(normalized_symbols(utf8));
  int count = static_cast<int>(lattice.symbols.size());
  for (int begin = 0; begin < count; ++begin) extend(lattice, begin);

  std::vector<int> ids;
  bool after_unknown = false;
  for (int end = count; end > 0; end -= lattice.length[end]) {
    bool unknown = lattice.id[end] == kUnknown;
    if (!(after_unknown && unknown)) ids.push_back(lattice.id[end]);
    after_unknown = unknown;
  }
  std::ranges::reverse(ids);
  return ids;
}

}  // namespace walrus::search
