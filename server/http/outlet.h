// Where bytes leave for one reader.
#pragma once

#include <cstddef>

#include "base/executor.h"

namespace walrus::http {

// Belongs to its loop's thread.
class Outlet {
 public:
  virtual ~Outlet() = default;
  // Bytes that the kernel has not taken yet.
  virtual std::size_t queued() const = 0;
  // Calls `work` once, later on the loop: when nothing is queued any more, or the connection has
  // ended. A reader that takes nothing for the write timeout is cut, so it is not waited for for
  // ever.
  virtual void when_drained(Work work) = 0;
};

}  // namespace walrus::http
