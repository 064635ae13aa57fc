#include "app/settings_file.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <numeric>

namespace walrus::app {

namespace {

// Levenshtein's distance, a row at a time.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      std::size_t substituted = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substituted, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

std::unexpected<Error> unknown_key(std::string_view key) {
  std::string near = nearest_setting(key);
  std::string advice =
      near.empty() ? "'walrus config' lists what there is." : "Did you mean '" + near + "'?";
  return fail(ErrorCode::kValidationError, fmt::format("'{}' is not a setting. {}", key, advice));
}

Result<std::string> as_text(std::string_view key, const toml::node& node) {
  if (auto text = node.value_exact<std::string>()) return *text;
  if (auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
  if (auto number = node.value_exact<double>()) return fmt::format("{}", *number);
  if (auto flag = node.value_exact<bool>()) return std::string(*flag ? "true" : "false");
  const toml::array* list = node.as_array();
  if (!list) return fail_field(std::string(key), "must be a text, a number, true, false or a list");
  std::string joined;
  for (const toml::node& item : *list) {
    auto text = item.value_exact<std::string>();
    if (!text) return fail_field(std::string(key), "must be a list of texts");
    joined += (joined.empty() ? "" : ",") + *text;
  }
  return joined;
}

Result<ModelSetting> read_model(const toml::table& table) {
  ModelSetting model;
  for (const auto& [key, node] : table) {
    std::string name(key.str());
    std::ranges::replace(name, '_', '-');
    if (name == "url") {
      model.url = node.value_or("");
    } else if (name == "model") {
      model.model = node.value_or("");
    } else if (name == "api-key") {
      model.api_key = node.value_or("");
    } else if (name == "context-length") {
      model.context_length = node.value_or<std::int64_t>(0);
    } else if (name == "cost-per-million-tokens") {
      model.cost_per_million_tokens = node.value_or(0.0);
    } else if (name == "strengths" && node.is_array()) {
      for (const toml::node& item : *node.as_array()) model.strengths.push_back(item.value_or(""));
    } else {
      return fail_field("models." + name,
                        "is not a key of a model: use url, model, api-key, "
                        "context-length, strengths, cost-per-million-tokens");
    }
  }
  if (model.url.empty() || model.model.empty())
    return fail_field("models", "needs url and model in each table");
  if (model.context_length < 512)
    return fail_field("models.context-length", "must be at least 512");
  return model;
}

Result<SettingsFile> read_table(const toml::table& table) {
  SettingsFile file;
  for (const auto& [key, node] : table) {
    std::string name(key.str());
    std::ranges::replace(name, '_', '-');
    if (name == "models" && node.is_array_of_tables()) {
      for (const toml::node& item : *node.as_array()) {
        auto model = read_model(*item.as_table());
        if (!model) return std::unexpected(model.error());
        file.models.push_back(std::move(*model));
      }
      continue;
    }
    if (!find_setting(name) || name == "config") return unknown_key(name);
    auto text = as_text(name, node);
    if (!text) return std::unexpected(text.error());
    file.values[name] = std::move(*text);
  }
  return file;
}

}  // namespace

std::string nearest_setting(std::string_view name) {
  std::string_view nearest;
  std::size_t least = 4;
  for (const Setting& setting : settings()) {
    std::size_t distance = edit_distance(name, setting.name);
    if (distance >= least) continue;
    least = distance;
    nearest = setting.name;
  }
  return std::string(nearest);
}

Result<SettingsFile> read_settings_file(const std::string& path) {
  try {
    return read_table(toml::parse_file(path));
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::kValidationError,
                fmt::format("The configuration file cannot be read: {} (line {}).",
                            error.description(), error.source().begin.line));
  }
}

}  // namespace walrus::app
