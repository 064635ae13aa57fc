// Who asks.
#pragma once

#include <string>

#include "http/message.h"

namespace walrus::auth {

// The owner of everything while there are no keys.
inline const std::string kLocalOwner = "local";

// The owner a request acts for. The gate has let it through.
inline const std::string& owner_of(const http::Request&) {
  return kLocalOwner;
}

}  // namespace walrus::auth
