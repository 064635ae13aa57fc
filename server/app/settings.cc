#include "app/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "app/settings_file.h"

namespace walrus::app {

namespace {

constexpr Setting kSettings[] = {
    {"host", "", "address to listen on; both loopbacks when empty"},
    {"port", "8000", "port to listen on; 0 takes any free one"},
    {"data-dir", "./walrus-data", "folder everything is kept in"},
    {"store", "sqlite", "where the tables are: sqlite or memory"},
    {"llm-url", "", "base of an OpenAI-compatible API, https://host/v1"},
    {"llm-model", "", "model at --llm-url"},
    {"llm-api-key", "", "key for --llm-url", true},
    {"llm-context-length", "8192", "tokens that model's window holds"},
    {"embedding-url", "", "base of an OpenAI-compatible embeddings API"},
    {"embedding-model", "", "model at --embedding-url"},
    {"embedding-api-key", "", "key for --embedding-url", true},
    {"allowed-hosts", "", "Host names to answer for, beside localhost; comma-separated"},
    {"cors-origins", "", "origins whose pages may use the API; comma-separated"},
    {"webhook-allow", "",
     "address ranges that are not public and webhooks may go to, 10.0.0.0/8; comma-separated"},
    {"crawl-allow", "",
     "address ranges that are not public and may be crawled, 10.0.0.0/8; comma-separated"},
    {"crawl-connections", "8", "requests that one website gets side by side at most"},
    {"ca-file", "", "certificate authorities to trust beside the system's, a PEM file"},
    {"insecure", "false", "listen on other than loopback addresses without keys", false, true},
    {"sandbox", "best", "required: refuse to start where file readers cannot be shut in; or best"},
    {"max-connections-per-address", "1024", "connections one address may hold"},
    {"max-queue", "10000", "operations that may wait"},
    {"max-upload", "50MB", "size of an uploaded file"},
    {"chunk-words", "800", "words of a chunk"},
    {"chunk-overlap", "200", "words a chunk shares with the one before"},
    {"dense-weight", "0.2", "part of the vectors in a search score, 0 to 1"},
    {"io-threads", "0", "threads for connections; 0: the machine's cores"},
    {"workers", "0", "threads for extraction, embedding and search; 0: the machine's cores"},
    {"log-format", "auto", "json, text, or auto: text on a terminal"},
    {"log-level", "info", "debug, info, warning or error"},
    {"config", "", "a TOML file with these settings"},
};

std::string from_environment(const Setting& setting, const char* const* environment, bool& found) {
  std::string prefix = environment_name(setting) + "=";
  for (const char* const* entry = environment; entry && *entry; ++entry) {
    std::string_view text(*entry);
    if (!text.starts_with(prefix)) continue;
    found = true;
    return std::string(text.substr(prefix.size()));
  }
  return {};
}

}  // namespace

std::span<const Setting> settings() {
  return kSettings;
}

const Setting* find_setting(std::string_view name) {
  auto found = std::ranges::find(kSettings, name, &Setting::name);
  return found == std::end(kSettings) ? nullptr : found;
}

std::string environment_name(const Setting& setting) {
  std::string name = "WALRUS_";
  for (char c : setting.name) name += c == '-' ? '_' : static_cast<char>(std::toupper(c));
  return name;
}

Result<Values> resolve(const std::map<std::string, std::string>& flags,
                       const char* const* environment) {
  Values values;
  for (const Setting& setting : kSettings) {
    Value value{std::string(setting.fallback), "default"};
    bool found = false;
    std::string text = from_environment(setting, environment, found);
    if (found) value = {std::move(text), "environment"};
    if (auto flag = flags.find(std::string(setting.name)); flag != flags.end()) {
      value = {flag->second, "flag"};
    }
    values.by_name.emplace(setting.name, std::move(value));
  }
  if (values.text("config").empty()) return values;
  auto file = read_settings_file(values.text("config"));
  if (!file) return std::unexpected(file.error());
  for (auto& [name, text] : file->values) {
    Value& value = values.by_name.find(name)->second;
    if (value.origin == "default") value = {text, "file"};
  }
  values.models = std::move(file->models);
  return values;
}

namespace {

std::string shown(const Setting& setting, const Value& value) {
  return setting.secret && !value.text.empty() ? "(redacted)" : value.text;
}

}  // namespace

std::string describe(const Values& values) {
  std::string out;
  for (const Setting& setting : kSettings) {
    const Value& value = values.by_name.find(setting.name)->second;
    out += fmt::format("{:<28} {:<32} {}\n", setting.name, shown(setting, value), value.origin);
  }
  for (const ModelSetting& model : values.models) {
    out += fmt::format("{:<28} {:<32} file\n", "models", model.model + " at " + model.url);
  }
  return out;
}

std::string describe_json(const Values& values) {
  json::object all;
  for (const Setting& setting : kSettings) {
    const Value& value = values.by_name.find(setting.name)->second;
    all[setting.name] = {{"value", shown(setting, value)}, {"origin", value.origin}};
  }
  return json::serialize(all);
}

}  // namespace walrus::app
