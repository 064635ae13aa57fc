// Appends a JSON object to a string, member by member.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"

namespace walrus::wire {

class ObjectWriter {
 public:
  // The string must outlive the writer; nobody else appends to it until `close`.
  explicit ObjectWriter(std::string& out) : out_(out) { out_.push_back('{'); }
  void text(std::string_view name, std::string_view value) {
    begin(name);
    append_json_string(out_, value);
  }
  void number(std::string_view name, std::int64_t value) {
    begin(name);
    append_json_number(out_, value);
  }
  void real(std::string_view name, double value) {
    begin(name);
    fmt::format_to(std::back_inserter(out_), "{:.6g}", value);
  }
  void boolean(std::string_view name, bool value) {
    begin(name);
    out_ += value ? "true" : "false";
  }
  void null(std::string_view name) {
    begin(name);
    out_ += "null";
  }
  // `value` is JSON already.
  void raw(std::string_view name, std::string_view value) {
    begin(name);
    out_ += value;
  }
  // A member that is an object itself; to be closed before this one goes on.
  ObjectWriter object(std::string_view name) {
    begin(name);
    return ObjectWriter(out_);
  }
  void close() { out_.push_back('}'); }

 private:
  void begin(std::string_view name) {
    out_ += std::exchange(has_members_, true) ? ",\"" : "\"";
    out_ += name;
    out_ += "\":";
  }
  std::string& out_;
  bool has_members_ = false;
};

// Writes a JSON array of texts that are JSON already.
class ArrayWriter {
 public:
  void raw(std::string_view value) {
    out_.push_back(out_.empty() ? '[' : ',');
    out_ += value;
  }
  std::string finish() && {
    if (out_.empty()) return "[]";
    out_.push_back(']');
    return std::move(out_);
  }

 private:
  std::string out_;
};

}  // namespace walrus::wire
