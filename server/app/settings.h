// What can be configured: one table, read from flags, environment, file and defaults.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace walrus::app {

struct Setting {
  std::string_view name;  // the flag without dashes, "data-dir"; the file's key; WALRUS_DATA_DIR
  std::string_view fallback;
  std::string_view help;
  bool secret = false;
  bool is_switch = false;  // a flag without a value
};
std::span<const Setting> settings();
const Setting* find_setting(std::string_view name);
std::string environment_name(const Setting& setting);

struct Value {
  std::string text;
  std::string origin;  // "flag", "environment", "file", "default"
};

// One [[models]] table of the file, for several OpenAI-compatible models.
struct ModelSetting {
  std::string url;
  std::string model;
  std::string api_key;
  std::int64_t context_length = 8192;
  std::vector<std::string> strengths;
  double cost_per_million_tokens = 0;
};

struct Values {
  std::map<std::string, Value, std::less<>> by_name;  // every setting
  std::vector<ModelSetting> models;                   // of the file

  const std::string& text(std::string_view name) const { return by_name.find(name)->second.text; }
};

// Flags over environment over file over defaults. `flags` holds those that were given. Errors:
// validation_error that names the key, with a suggestion where an unknown one is close to a known.
Result<Values> resolve(const std::map<std::string, std::string>& flags,
                       const char* const* environment);

// `walrus config`: every value with its origin, secrets redacted.
std::string describe(const Values& values);
std::string describe_json(const Values& values);

}  // namespace walrus::app
