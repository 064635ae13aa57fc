// Whether a request is let in, as far as its head tells.
#pragma once

#include <optional>

#include "http/message.h"
#include "http/refusal.h"
#include "http/request_parser.h"
#include "http/shard.h"

namespace walrus::http {

struct Admission {
  const Route* route = nullptr;      // what matched, also where the answer is a refusal
  std::optional<Response> response;  // the request is answered with it; its body is not read
};

// Matches the route, asks the gate, and checks what the route's body must be. Fills in the
// request's route and parameters.
Admission admit(const ServerSettings& settings, const RequestParser& parser, Request& request);

// The answer to a request that is refused in here.
Response refuse(const Hooks& hooks, const Refusal& refused, const Request& request);

}  // namespace walrus::http
