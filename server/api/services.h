// What the resources work with. All of it is owned by app/ and outlives the server.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "base/claims.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/worker_pool.h"
#include "extract/extractor.h"
#include "jobs/external_operations.h"
#include "jobs/jobs.h"
#include "live/hub.h"
#include "llm/catalogue.h"
#include "pipelines/retrieval.h"
#include "search/index.h"
#include "store/blobs.h"
#include "store/store.h"
#include "webhooks/dispatcher.h"
#include "webhooks/endpoint.h"
#include "webhooks/registry.h"

namespace walrus::api {

struct Services {
  store::Store& store;
  store::Blobs& blobs;
  live::Hub& hub;
  jobs::Jobs& jobs;
  jobs::ExternalOperations& external;
  search::SearchIndex& index;
  pipelines::Retriever& retriever;
  llm::Catalogue& catalogue;
  const extract::Extractor& extractor;
  WorkerPool& workers;
  Claims& claims;  // on documents, and on chats that are retried, by their operation
  const Clock& clock;
  const Log& log;
  Metrics& metrics;
  std::atomic<bool>& draining;
  webhooks::Registry& webhooks;
  webhooks::Dispatcher& dispatcher;
  const webhooks::Gates& webhook_gates;
};

}  // namespace walrus::api
