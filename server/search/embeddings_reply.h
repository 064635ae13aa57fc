// Reads the reply of an OpenAI-compatible `/embeddings` endpoint.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace walrus::search {

// One L2-normalised row for each of `count` texts, in their order, whatever order the reply has.
// Errors: embedding_failed, where a row is missing, of another length than the rest, or has what is
// no finite number.
Result<std::vector<float>> read_embeddings_reply(std::string_view body, std::size_t count);

}  // namespace walrus::search
