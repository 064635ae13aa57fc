// The settings' TOML file.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/settings.h"

namespace walrus::app {

struct SettingsFile {
  std::map<std::string, std::string> values;
  std::vector<ModelSetting> models;
};

// Errors: validation_error that says the line or the key.
Result<SettingsFile> read_settings_file(const std::string& path);

// The known name nearest to a mistyped one, or empty when none is near.
std::string nearest_setting(std::string_view name);

}  // namespace walrus::app
