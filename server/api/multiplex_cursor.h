// Where a reader of many operations at once left off: the `id` of the multiplexed stream's events.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.h"

namespace walrus::api {

// How far one operation was told.
struct Told {
  std::optional<std::uint64_t> sequence;  // none: nothing yet
  bool missing = false;                   // that it is not there
};

// By which a cursor of one list is told from that of another.
std::string fingerprint_of(const std::vector<std::string>& ids);
// Of a stream of listed operations: one place each, in the order of the list with this fingerprint.
std::string encode_listed(std::string_view fingerprint, const std::vector<Told>& places);
// Nothing where the text is no cursor of exactly these operations.
std::optional<std::vector<Told>> decode_listed(std::string_view cursor,
                                               const std::vector<std::string>& ids);

// Of a stream of all the caller's own: those that were open, and when the newest event was.
struct OwnPlaces {
  TimePoint newest{};
  std::map<std::string, std::optional<std::uint64_t>> open;  // by operation id
};
std::string encode_own(const OwnPlaces& places);
std::optional<OwnPlaces> decode_own(std::string_view cursor);

}  // namespace walrus::api
