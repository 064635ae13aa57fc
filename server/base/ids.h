// UUID version 7 (RFC 9562): 48 bits of milliseconds, then random bits, so that ids sort by time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/executor.h"

namespace walrus {

// A new id in the canonical form of 36 lower-case characters. Thread-safe; the randomness is the
// kernel's. Ids made later in the same process sort after earlier ones as long as the clock does.
std::string new_uuid(TimePoint now);

// Whether `text` has the form of new_uuid's ids (any UUID version, lower case).
bool is_uuid(std::string_view text);

// A small number that is the same for an id in every process: FNV-1a.
std::uint32_t id_hash(std::string_view id);

}  // namespace walrus
