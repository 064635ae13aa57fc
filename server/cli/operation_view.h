// What a client knows of an operation, made of the events it reads. The rules are those of
// contract/golden/README.md, which all clients of Walrus keep.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/json.h"

namespace walrus::cli {

class OperationView {
 public:
  // Whether the event is to be shown: not if it is a replay, or of an earlier attempt. `id` is that
  // of its `id:` line, where it has one that is a number.
  bool take(const json::object& event, std::optional<std::int64_t> id);

  // The state, member for member as the golden traces have it.
  const json::object& state() const { return state_; }

 private:
  bool take_snapshot(const json::object& event, std::int64_t sequence);
  void begin_anew(const json::object& event, bool same_operation);
  void identify(const json::object& event, const json::object& status);
  void take_status(const json::object& status);
  void take_change(const json::object& event, const std::string& type);
  std::int64_t integer(std::string_view name) const;

  json::object state_ = initial();
  static json::object initial();
};

}  // namespace walrus::cli
