#include "jobs/watchdog.h"

namespace walrus::jobs {

Duration limit_of(status::Step step, const StepLimits& limits) {
  using enum status::Step;
  switch (step) {
    case kExtractingText:
    case kChunkingText:
    case kCrawling:
    case kProcessingContent:
    case kStoringMetadata:  // indexing a large document is one piece of work
      return limits.reading;
    case kCreatingEmbeddings:
    case kRetrievingContext:
      return limits.embedding;
    case kGeneratingResponse:
      return limits.generating;
    case kValidating:
    case kInitializing:
    case kSelectingModel:
    case kStoringResponse:
    case kFinished:
      return limits.starting;
  }
  return limits.starting;
}

}  // namespace walrus::jobs
