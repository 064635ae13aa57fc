// Waiting that ends early when it is asked to.
#pragma once

#include <stop_token>

#include "base/task.h"

namespace walrus::llm {

// Waits on the home loop's timers. False when `stop` came first.
Task<bool> sleep_unless_stopped(Duration duration, std::stop_token stop);

// Lets the loop's other work run before going on.
Task<> yield_to_loop();

}  // namespace walrus::llm
