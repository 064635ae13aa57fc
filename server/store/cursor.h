// Where a page of a list ended, as the opaque text clients hand back. For the engines alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/executor.h"

namespace walrus::store {

// The last row of a page that is ordered by time, then id, newest first.
struct Position {
  TimePoint at;
  std::string id;
};

std::string encode_position(const Position& position);
// Nothing for an empty cursor: from the start. Malformed: bad_request.
Result<std::optional<Position>> decode_position(std::string_view cursor);

// The last row of a page that is ordered by an index from 0. The index before the first is -1.
std::string encode_index(int index);
Result<int> decode_index(std::string_view cursor);

}  // namespace walrus::store
