#include "store/sqlite/cost_rows.h"

#include "store/sqlite/rows.h"

namespace walrus::store::sqlite {

namespace {

#define COST_COLUMNS                                                                   \
  "kind, variety, step, samples, weight, units_per_size, ones, units, units_squared, " \
  "seconds, units_by_seconds"

StepCostRecord read_record(Statement& row) {
  StepCostRecord record;
  record.kind = row.text();
  record.variety = row.text();
  record.step = row.text();
  record.cost.samples = row.integer();
  record.cost.weight = row.known(row.optional_real());
  record.cost.units_per_size = row.known(row.optional_real());
  record.cost.ones = row.known(row.optional_real());
  record.cost.units = row.known(row.optional_real());
  record.cost.units_squared = row.known(row.optional_real());
  record.cost.seconds = row.known(row.optional_real());
  record.cost.units_by_seconds = row.known(row.optional_real());
  return record;
}

}  // namespace

Result<void> apply(Connection& connection, const PutStepCosts& put, TimePoint) {
  for (const StepCostRecord& record : put.costs) {
    const status::StepCost& cost = record.cost;
    auto written = done(connection.run("INSERT OR REPLACE INTO step_costs (" COST_COLUMNS
                                       ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                                       record.kind, record.variety, record.step, cost.samples,
                                       cost.weight, cost.units_per_size, cost.ones, cost.units,
                                       cost.units_squared, cost.seconds, cost.units_by_seconds));
    if (!written) return written;
  }
  return {};
}

Result<std::vector<StepCostRecord>> read_step_costs(Connection& connection) {
  return read_all(
      connection.query("SELECT " COST_COLUMNS " FROM step_costs ORDER BY kind, variety, step"),
      read_record);
}

}  // namespace walrus::store::sqlite
