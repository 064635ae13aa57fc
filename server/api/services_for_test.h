// The services of a server's life in a test: its real parts, and webhooks that reach nobody.
#pragma once

#include <atomic>

#include "api/services.h"
#include "net/http_client.h"
#include "testing/server_life.h"

namespace walrus::api {

struct LifeServices {
  LifeServices(testing::ServerLife& life, testing::Disk& disk, const Clock& clock)
      : http(life.log),
        dispatcher(life.loop, life.store, registry, http, gates, life.log, life.metrics),
        services{life.store,     disk.blobs,     life.hub,
                 life.jobs,      life.external,  *disk.index,
                 life.retriever, life.catalogue, life.parts.extractor,
                 life.workers,   life.claims,    clock,
                 life.log,       life.metrics,   draining,
                 registry,       dispatcher,     gates} {}

  std::atomic<bool> draining{false};
  net::HttpClient http;
  webhooks::Registry registry;
  webhooks::Gates gates{{}};
  webhooks::Dispatcher dispatcher;
  Services services;
};

}  // namespace walrus::api
