// Ctrl-C as something to wait for, so that a command can say how to come back to its work.
#pragma once

#include <chrono>

namespace walrus::cli {

// Takes SIGINT over while it lives; a second one ends the process as if nobody had. One at a time.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool pending() const { return !wait_for(std::chrono::milliseconds(0)); }
  // False as soon as Ctrl-C was pressed, true when the time is over.
  bool wait_for(std::chrono::milliseconds time) const;
  int descriptor() const { return descriptor_; }  // readable once Ctrl-C was pressed

 private:
  int descriptor_;
};

}  // namespace walrus::cli
