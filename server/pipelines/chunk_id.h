// What a chunk is called on the wire: "<document_id>:<version>:<index>".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/records.h"

namespace walrus::pipelines {

struct ChunkKey {
  std::string document_id;
  int version;
  int index;
};

std::string chunk_id(const store::ChunkRecord& chunk);
std::optional<ChunkKey> parse_chunk_id(std::string_view id);

}  // namespace walrus::pipelines
