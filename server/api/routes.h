// Every route of the server, on one screen.
#pragma once

#include <memory>

#include "api/service.h"
#include "api/services.h"
#include "http/router.h"

namespace walrus::api {

// The services must outlive the router.
http::Router make_router(Services& services, ContractDocuments documents);

}  // namespace walrus::api
