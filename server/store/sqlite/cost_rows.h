// The table `step_costs`.
#pragma once

#include "store/sqlite/connection.h"
#include "store/store.h"

namespace walrus::store::sqlite {

Result<void> apply(Connection& connection, const PutStepCosts& put, TimePoint now);

Result<std::vector<StepCostRecord>> read_step_costs(Connection& connection);

}  // namespace walrus::store::sqlite
