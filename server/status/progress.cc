#include "status/progress.h"

#include <algorithm>

namespace walrus::status {

int percent_within(Kind kind, Step step, std::uint64_t done, std::uint64_t total) {
  auto plan = plan_of(kind);
  auto position = static_cast<std::size_t>(position_of(kind, step));
  int here = plan[position].percent;
  if (here == kNoPercent || total == 0 || position + 1 == plan.size()) return here;
  int room = plan[position + 1].percent - here - 1;
  double part = static_cast<double>(std::min(done, total)) / static_cast<double>(total);
  return here + static_cast<int>(part * (room + 1) * 0.999999);
}

}  // namespace walrus::status
