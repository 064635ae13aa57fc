// An event's bytes on the wire, made once and shared by every stream they go to.
#pragma once

#include <memory>
#include <string>

namespace walrus::live {

using Frame = std::shared_ptr<const std::string>;

}  // namespace walrus::live
