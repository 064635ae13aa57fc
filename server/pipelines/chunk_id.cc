#include "pipelines/chunk_id.h"

#include <fmt/format.h>

#include <charconv>

#include "base/ids.h"

namespace walrus::pipelines {

namespace {

std::optional<int> whole_number(std::string_view text) {
  int number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

}  // namespace

std::string chunk_id(const store::ChunkRecord& chunk) {
  return fmt::format("{}:{}:{}", chunk.document_id, chunk.version, chunk.index);
}

std::optional<ChunkKey> parse_chunk_id(std::string_view id) {
  auto first = id.find(':');
  if (first == std::string_view::npos || !is_uuid(id.substr(0, first))) return std::nullopt;
  auto second = id.find(':', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  auto version = whole_number(id.substr(first + 1, second - first - 1));
  auto index = whole_number(id.substr(second + 1));
  if (!version || !index) return std::nullopt;
  return ChunkKey{std::string(id.substr(0, first)), *version, *index};
}

}  // namespace walrus::pipelines
