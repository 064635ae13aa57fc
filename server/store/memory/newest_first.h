// Pages of lists that are ordered by time, then id.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "store/cursor.h"
#include "store/store.h"

namespace walrus::store::memory {

// A page of `records`, which are all there are: newest first by `position_of`, past the cursor.
template <class Record, class PositionOf>
Result<Listing<Record>> newest_first(std::vector<Record> records, const Page& page,
                                     PositionOf position_of) {
  auto after = decode_position(page.after);
  if (!after) return std::unexpected(std::move(after.error()));
  auto order = [&](const Record& record) {
    Position position = position_of(record);
    return std::pair(position.at, position.id);
  };
  if (*after) {
    std::pair bound((*after)->at, (*after)->id);
    std::erase_if(records, [&](const Record& record) { return order(record) >= bound; });
  }
  std::ranges::sort(records, std::greater(), order);
  Listing<Record> listing{std::move(records), {}};
  if (listing.records.size() <= static_cast<std::size_t>(page.limit)) return listing;
  listing.records.resize(static_cast<std::size_t>(page.limit));
  listing.next = encode_position(position_of(listing.records.back()));
  return listing;
}

}  // namespace walrus::store::memory
