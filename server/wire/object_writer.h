// Writes one JSON object, member by member, into one string.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "base/json.h"

namespace walrus::wire {

class ObjectWriter {
 public:
  ObjectWriter() {
    out_.reserve(640);
    out_.push_back('{');
  }
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
  std::string finish() && {
    out_.push_back('}');
    return std::move(out_);
  }

 private:
  void begin(std::string_view name) {
    if (out_.size() > 1) out_.push_back(',');
    out_.push_back('"');
    out_ += name;
    out_ += "\":";
  }
  std::string out_;
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
