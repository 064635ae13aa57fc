// Dynalite, a DynamoDB of others (npm; tests/package.json), in a process of its own.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

namespace walrus::testing {

class Dynalite {
 public:
  // Null where it is not installed, or does not start within ten seconds.
  static std::unique_ptr<Dynalite> start();
  ~Dynalite();  // ends it

  std::string url() const;

 private:
  Dynalite(pid_t process, int standard_input, int port);

  pid_t process_;
  int standard_input_;  // whose end is its own
  int port_;
};

}  // namespace walrus::testing
