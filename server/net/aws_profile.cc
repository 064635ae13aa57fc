#include "net/aws_profile.h"

#include <fmt/format.h>

#include <array>

#include "base/ascii.h"

namespace walrus::net {

namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::array<std::string_view, 4> kUnsupported{"role_arn", "sso_session", "sso_start_url",
                                                       "credential_process"};

std::string_view take_line(std::string_view& text) {
  std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

// The profile that "[...]" begins; nothing for a section that is none.
std::optional<std::string> profile_name(std::string_view section, bool is_config) {
  constexpr std::string_view kWord = "profile";
  section = trimmed(section.substr(1, section.find(']') - 1), kBlanks);
  if (!is_config || section == "default") return std::string(section);
  bool is_profile = section.starts_with(kWord) && section.size() > kWord.size() &&
                    kBlanks.contains(section[kWord.size()]);
  if (!is_profile) return std::nullopt;
  return std::string(trimmed(section.substr(kWord.size()), kBlanks));
}

void add_setting(AwsProfile& profile, std::string_view line) {
  std::size_t mark = line.find('=');
  if (mark == std::string_view::npos) return;
  profile.insert_or_assign(ascii_lower(trimmed(line.substr(0, mark), kBlanks)),
                           std::string(trimmed(line.substr(mark + 1), kBlanks)));
}

std::string value_of(const AwsProfile& profile, std::string_view name) {
  auto at = profile.find(name);
  return at == profile.end() ? "" : at->second;
}

}  // namespace

AwsProfiles parse_aws_profiles(std::string_view text, bool is_config) {
  AwsProfiles profiles;
  AwsProfile* current = nullptr;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    bool is_nested = line.starts_with(' ') || line.starts_with('\t');
    bool says_nothing =
        trimmed(line, kBlanks).empty() || line.starts_with('#') || line.starts_with(';');
    if (is_nested || says_nothing) continue;
    if (line.starts_with('[')) {
      std::optional<std::string> name = profile_name(line, is_config);
      current = name ? &profiles[*name] : nullptr;
    } else if (current) {
      add_setting(*current, line);
    }
  }
  return profiles;
}

Result<std::optional<AwsKeys>> keys_of_profile(const std::string& name, const AwsProfile& profile) {
  AwsKeys keys{value_of(profile, "aws_access_key_id"), value_of(profile, "aws_secret_access_key"),
               value_of(profile, "aws_session_token")};
  if (keys.access_key_id.empty() != keys.secret_access_key.empty()) {
    return fail(ErrorCode::kStorageUnavailable,
                fmt::format("The AWS profile \"{}\" has only one of aws_access_key_id and "
                            "aws_secret_access_key.",
                            name),
                "half a pair of keys in a profile");
  }
  if (!keys.access_key_id.empty()) return std::optional(std::move(keys));
  for (std::string_view setting : kUnsupported) {
    if (!profile.contains(setting)) continue;
    return fail(
        ErrorCode::kStorageUnavailable,
        fmt::format("The AWS profile \"{}\" gets its keys by {}, which is not supported. Put "
                    "keys into it, or use a web identity or the machine's role.",
                    name, setting),
        "an unsupported profile");
  }
  return std::nullopt;
}

}  // namespace walrus::net
