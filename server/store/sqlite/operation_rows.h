// The tables `operations` and `events`.
#pragma once

#include "store/sqlite/connection.h"
#include "store/store.h"

namespace walrus::store::sqlite {

Result<void> apply(Connection& connection, const PutOperation& put, TimePoint now);
Result<void> apply(Connection& connection, const UpdateState& update, TimePoint now);
Result<void> apply(Connection& connection, const AppendEvents& append, TimePoint now);
Result<void> apply(Connection& connection, const SetCheckpoint& set, TimePoint now);
Result<void> apply(Connection& connection, const CountResumption& count, TimePoint now);
Result<void> apply(Connection& connection, const RequestCancel& request, TimePoint now);
Result<void> apply(Connection& connection, const BeginAttempt& begin, TimePoint now);

// Removes at most `limit` expired events; how many.
Result<std::int64_t> remove_expired_events(Connection& connection, TimePoint now, int limit);

Result<std::optional<OperationRecord>> read_operation(Connection& connection,
                                                      const std::string& owner,
                                                      const std::string& id);
Result<Listing<OperationRecord>> read_operations(Connection& connection, const std::string& owner,
                                                 std::string kind,
                                                 std::optional<status::Outcome> outcome,
                                                 const Page& page);
Result<Listing<OperationRecord>> read_operations_begun(Connection& connection,
                                                       const std::string& owner, TimePoint since,
                                                       const Page& page);
Result<std::vector<OperationRecord>> read_open_operations(Connection& connection);
Result<std::vector<status::Event>> read_events(Connection& connection, const std::string& owner,
                                               const std::string& operation_id, std::uint64_t after,
                                               int limit, TimePoint now);

}  // namespace walrus::store::sqlite
