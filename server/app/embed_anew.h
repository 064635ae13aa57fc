// Makes a document's vectors anew, with the embedder of today.
#pragma once

#include "jobs/jobs.h"
#include "live/hub.h"
#include "store/store.h"

namespace walrus::app {

// Begins an operation that reads the text as it was extracted, of a file or of a site's pages, and
// makes a new version of it;
// the old one serves until then. On one of the hub's loops. Errors as Jobs::accept.
Task<Result<void>> begin_embedding_anew(store::Store& store, live::Hub& hub, jobs::Jobs& jobs,
                                        store::DocumentVersion outdated);

}  // namespace walrus::app
