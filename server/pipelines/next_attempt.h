// What a further attempt of failed work needs beside its first event.
#pragma once

#include "pipelines/upload.h"

namespace walrus::pipelines {

struct NextAttempt {
  store::OperationRecord record;  // with the state of the new attempt
  std::vector<status::Event> first;
  store::WriteBatch with;
};

// For Jobs::retry. An upload goes on from its checkpoints, a crawl with
// the pages it has; of a chat the answer begins anew, to the
// same question. Errors: conflict (it has not failed, is not the document's latest operation or the
// conversation's latest turn, or its file is no longer kept), storage_unavailable. The awaiting
// task's parts outlive it.
Task<Result<NextAttempt>> next_attempt(store::Store& store, const store::Blobs& blobs,
                                       WorkerPool& workers, store::OperationRecord failed);

}  // namespace walrus::pipelines
