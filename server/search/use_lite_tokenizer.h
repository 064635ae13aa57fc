// Text to the pieces Universal Sentence Encoder lite was trained on: unigram sentencepieces.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace walrus::search {

// Immutable and thread-safe once made.
class UseLiteTokenizer {
 public:
  // `vocabulary` is a JSON array of [piece, score] pairs, a piece's id being its index. Throws
  // std::logic_error where it is not: the vocabulary is part of the program.
  explicit UseLiteTokenizer(std::string_view vocabulary);

  // Piece ids of the best segmentation of NFKC(text); 0 stands for a run of unknown characters.
  // Empty for an empty text. Equal, id by id, to the npm package's tokenizer.
  std::vector<int> encode(std::string_view utf8) const;

  int size() const { return size_; }

 private:
  struct Node {
    float score = 0;
    int id = 0;  // 0: no piece ends here
  };
  struct Lattice;

  void insert(std::string_view piece, float score, int id);
  int child(int node, char32_t symbol) const;
  void extend(Lattice& lattice, int begin) const;

  std::vector<Node> nodes_;                          // a trie; the root is the first
  std::unordered_map<std::uint64_t, int> children_;  // (node, symbol) to node
  int size_ = 0;
};

}  // namespace walrus::search
