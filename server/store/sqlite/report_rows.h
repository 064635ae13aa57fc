// The table `reports`: the ids that workers gave to what they reported.
#pragma once

#include "store/sqlite/connection.h"
#include "store/store.h"

namespace walrus::store::sqlite {

Result<void> apply(Connection& connection, const PutReport& put, TimePoint now);

// Removes at most `limit` ids of operations whose log has expired; how many.
Result<std::int64_t> remove_expired_reports(Connection& connection, TimePoint now, int limit);

Result<std::optional<std::uint64_t>> read_report(Connection& connection, const std::string& owner,
                                                 const std::string& operation_id,
                                                 const std::string& report_id, TimePoint now);

}  // namespace walrus::store::sqlite
