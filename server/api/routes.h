// Every route of the server, on one screen.
#pragma once

#include <string>
#include <vector>

#include "api/service.h"
#include "api/services.h"
#include "http/router.h"

namespace walrus::api {

// The services must outlive the router.
http::Router make_router(Services& services, ServedDocuments documents);

// "GET /health" and so on, for those who compare them with the contract.
std::vector<std::string> route_names();

}  // namespace walrus::api
