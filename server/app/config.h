// The settings as what they mean.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "app/settings.h"
#include "auth/host_origin.h"
#include "base/log.h"
#include "extract/extractor.h"
#include "net/egress.h"
#include "text/chunker.h"

namespace walrus::app {

struct Config {
  std::vector<std::string> addresses;  // IP literals to listen on
  std::uint16_t port = 8000;
  std::filesystem::path data_directory;
  bool memory_store = false;
  std::vector<ModelSetting> models;
  std::string embedding_url;
  std::string embedding_model;
  std::string embedding_api_key;
  auth::HostOriginRules host_origin;
  std::vector<net::AddressRange> webhook_allow;  // beside public addresses
  std::vector<net::AddressRange> crawl_allow;    // likewise
  int crawl_connections = 8;                     // to one website
  std::string ca_file;                           // PEM; or ""
  extract::SandboxRequirement sandbox = extract::SandboxRequirement::kBest;
  std::size_t max_connections_per_address = 1024;
  int max_queue = 10'000;
  std::uint64_t max_upload = 50 << 20;
  text::ChunkOptions chunking;
  double dense_weight = 0.2;
  std::size_t io_threads = 1;
  std::size_t workers = 1;
  LogFormat log_format = LogFormat::kJson;
  LogLevel log_level = LogLevel::kInfo;
};

// Errors: validation_error that names the setting and what it takes.
Result<Config> config_from(const Values& values);

}  // namespace walrus::app
