// How the helper program is started: inside namespaces of its own where the machine allows it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "extract/extractor.h"
#include "extract/format.h"

namespace walrus::extract {

// The command that runs `helper` with `arguments`.
std::vector<std::string> helper_command(const std::filesystem::path& helper, bool namespaces,
                                        const std::vector<std::string>& arguments);

// The arguments by which the helper reads a file on its standard input, by which it reads one page
// after the other from there, and by which it tests itself.
std::vector<std::string> read_arguments(Format format, const ExtractLimits& limits);
std::vector<std::string> page_arguments(const ExtractLimits& limits);
inline constexpr const char* kReadArgument = "read";
inline constexpr const char* kPagesArgument = "pages";
inline constexpr const char* kSelfTestArgument = "self-test";

// Lets the helper try to break out, with namespaces first and without them if that cannot be done.
// Errors: internal, if the helper does not run at all.
Result<SandboxReport> probe_sandbox(const std::filesystem::path& helper,
                                    const ExtractLimits& limits);

}  // namespace walrus::extract
