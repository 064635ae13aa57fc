// The table `idempotency_keys`.
#pragma once

#include "store/sqlite/connection.h"
#include "store/store.h"

namespace walrus::store::sqlite {

Result<void> apply(Connection& connection, const PutIdempotencyKey& put, TimePoint now);

// Removes at most `limit` expired keys; how many.
Result<std::int64_t> remove_expired_keys(Connection& connection, TimePoint now, int limit);

Result<std::optional<IdempotencyRecord>> read_idempotency_key(Connection& connection,
                                                              const std::string& owner,
                                                              const std::string& route,
                                                              const std::string& key,
                                                              TimePoint now);

}  // namespace walrus::store::sqlite
