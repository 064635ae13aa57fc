// How long a step may show no sign of life (status-model.md, invariant 6).
#pragma once

#include "base/executor.h"
#include "status/plan.h"

namespace walrus::jobs {

struct StepLimits {
  Duration starting = std::chrono::seconds(30);    // validating, initializing, selecting, storing
  Duration reading = std::chrono::seconds(120);    // extracting, crawling, chunking: without a page
  Duration embedding = std::chrono::seconds(60);   // a batch, and retrieving
  Duration generating = std::chrono::seconds(75);  // the model's own limits (60 s, 30 s) come first
};

Duration limit_of(status::Step step, const StepLimits& limits);

}  // namespace walrus::jobs
