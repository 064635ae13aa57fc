#include "app/config.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <thread>

namespace walrus::app {

namespace {

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    auto comma = text.find(',');
    std::string_view item = text.substr(0, comma);
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (!item.empty()) items.emplace_back(item);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return items;
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::unexpected<Error> wrong(std::string_view name, std::string what) {
  return fail(ErrorCode::kValidationError, fmt::format("--{} {}.", name, what));
}

// Reads typed values and remembers the first that is wrong.
class Reader {
 public:
  explicit Reader(const Values& values) : values_(values) {}

  std::int64_t integer(std::string_view name, std::int64_t least, std::int64_t most) {
    auto number = number_in<std::int64_t>(values_.text(name));
    if (number && *number >= least && *number <= most) return *number;
    refuse(name, fmt::format("must be a whole number from {} to {}", least, most));
    return least;
  }

  double real(std::string_view name, double least, double most) {
    auto number = number_in<double>(values_.text(name));
    if (number && *number >= least && *number <= most) return *number;
    refuse(name, fmt::format("must be a number from {} to {}", least, most));
    return least;
  }

  bool boolean(std::string_view name) {
    const std::string& text = values_.text(name);
    if (text == "true" || text == "1") return true;
    if (text == "false" || text == "0" || text.empty()) return false;
    refuse(name, "must be true or false");
    return false;
  }

  // "50MB", "512KB", "1GB" or bytes; units are powers of 1024.
  std::uint64_t size(std::string_view name) {
    std::string_view text = values_.text(name);
    std::uint64_t unit = 1;
    for (auto [suffix, factor] : {std::pair<std::string_view, std::uint64_t>{"KB", 1 << 10},
                                  {"MB", 1 << 20},
                                  {"GB", 1 << 30}}) {
      if (!text.ends_with(suffix)) continue;
      unit = factor;
      text.remove_suffix(suffix.size());
      break;
    }
    auto number = number_in<std::uint64_t>(text);
    if (number && *number > 0 && *number <= (1ull << 40) / unit) return *number * unit;
    refuse(name, "must be a size such as 50MB");
    return 1;
  }

  template <class T>
  T one_of(std::string_view name, std::initializer_list<std::pair<std::string_view, T>> choices) {
    std::string words;
    for (const auto& [word, value] : choices) {
      if (values_.text(name) == word) return value;
      words += (words.empty() ? "" : ", ") + std::string(word);
    }
    refuse(name, "must be one of " + words);
    return choices.begin()->second;
  }

  // The path of a file that can be read, or "".
  std::string readable_file(std::string_view name) {
    const std::string& path = values_.text(name);
    if (!path.empty() && !std::ifstream(path)) refuse(name, "must be a file that can be read");
    return path;
  }

  void refuse(std::string_view name, std::string what) {
    if (!error_) error_ = wrong(name, std::move(what)).error();
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  const Values& values_;
  std::optional<Error> error_;
};

bool is_loopback(const std::string& address) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  return address == "::1";
}

bool is_address(const std::string& address) {
  in_addr v4{};
  in6_addr v6{};
  return inet_pton(AF_INET, address.c_str(), &v4) == 1 ||
         inet_pton(AF_INET6, address.c_str(), &v6) == 1;
}

void read_addresses(const Values& values, Reader& read, Config& config) {
  std::string host = values.text("host");
  if (host.empty() || host == "localhost") {
    config.addresses = {"127.0.0.1", "::1"};
    return;
  }
  config.addresses = {host};
  if (!is_address(host)) {
    read.refuse("host", "must be an IP address");
  } else if (!is_loopback(host) && !read.boolean("insecure")) {
    read.refuse("host",
                "names an address that others can reach, and no keys are asked for: add --insecure "
                "to do it all the same");
  }
}

void read_models(const Values& values, Reader& read, Config& config) {
  config.models = values.models;
  const std::string& url = values.text("llm-url");
  if (url.empty()) return;
  if (values.text("llm-model").empty()) read.refuse("llm-model", "is needed with --llm-url");
  config.models.push_back({.url = url,
                           .model = values.text("llm-model"),
                           .api_key = values.text("llm-api-key"),
                           .context_length = read.integer("llm-context-length", 512, 10'000'000)});
}

std::vector<net::AddressRange> read_ranges(const Values& values, std::string_view name,
                                           Reader& read) {
  std::vector<net::AddressRange> ranges;
  for (const std::string& text : split_list(values.text(name))) {
    auto range = net::AddressRange::parse(text);
    if (range) {
      ranges.push_back(*range);
    } else {
      read.refuse(name, fmt::format("must be address ranges such as 10.0.0.0/8 or fd00::/8, "
                                    "without bits behind the prefix; '{}' is none",
                                    text));
    }
  }
  return ranges;
}

}  // namespace

Result<Config> config_from(const Values& values) {
  Reader read(values);
  Config config;
  auto cores = static_cast<std::int64_t>(std::max(1u, std::thread::hardware_concurrency()));
  auto threads = [&](std::string_view name) {
    std::int64_t count = read.integer(name, 0, 256);
    return static_cast<std::size_t>(count == 0 ? cores : count);
  };
  read_addresses(values, read, config);
  read_models(values, read, config);
  config.port = static_cast<std::uint16_t>(read.integer("port", 0, 65535));
  config.data_directory = values.text("data-dir");
  config.memory_store = read.one_of<bool>("store", {{"sqlite", false}, {"memory", true}});
  config.embedding_url = values.text("embedding-url");
  config.embedding_model = values.text("embedding-model");
  config.embedding_api_key = values.text("embedding-api-key");
  if (!config.embedding_url.empty() && config.embedding_model.empty()) {
    read.refuse("embedding-model", "is needed with --embedding-url");
  }
  config.host_origin.allowed_hosts = split_list(values.text("allowed-hosts"));
  config.host_origin.cors_origins = split_list(values.text("cors-origins"));
  config.webhook_allow = read_ranges(values, "webhook-allow", read);
  config.crawl_allow = read_ranges(values, "crawl-allow", read);
  config.crawl_connections = static_cast<int>(read.integer("crawl-connections", 1, 128));
  config.ca_file = read.readable_file("ca-file");
  config.sandbox = read.one_of<extract::SandboxRequirement>(
      "sandbox", {{"best", extract::SandboxRequirement::kBest},
                  {"required", extract::SandboxRequirement::kRequired}});
  config.max_connections_per_address =
      static_cast<std::size_t>(read.integer("max-connections-per-address", 1, 1'000'000));
  config.max_queue = static_cast<int>(read.integer("max-queue", 1, 10'000'000));
  config.max_upload = read.size("max-upload");
  config.chunking.words = static_cast<int>(read.integer("chunk-words", 20, 100'000));
  config.chunking.overlap =
      static_cast<int>(read.integer("chunk-overlap", 0, config.chunking.words / 2));
  config.dense_weight = read.real("dense-weight", 0, 1);
  config.io_threads = threads("io-threads");
  config.workers = threads("workers");
  LogFormat automatic = isatty(STDERR_FILENO) ? LogFormat::kText : LogFormat::kJson;
  config.log_format = read.one_of<LogFormat>(
      "log-format", {{"auto", automatic}, {"json", LogFormat::kJson}, {"text", LogFormat::kText}});
  config.log_level = read.one_of<LogLevel>("log-level", {{"info", LogLevel::kInfo},
                                                         {"debug", LogLevel::kDebug},
                                                         {"warning", LogLevel::kWarning},
                                                         {"error", LogLevel::kError}});
  if (read.error()) return std::unexpected(*read.error());
  return config;
}

}  // namespace walrus::app
