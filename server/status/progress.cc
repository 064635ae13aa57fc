#include "status/progress.h"

#include <algorithm>

namespace walrus::status {

int percent_within(Plan plan, Step step, std::uint64_t done, std::uint64_t total) {
  auto position = static_cast<std::size_t>(position_of(plan, step));
  int here = plan[position].percent;
  int next = position + 1 < plan.size() ? plan[position + 1].percent : 100;
  if (here == kNoPercent || total == 0 || here >= next) return here;
  double part = static_cast<double>(std::min(done, total)) / static_cast<double>(total);
  return here + static_cast<int>(part * (next - here) * 0.999999);
}

}  // namespace walrus::status
