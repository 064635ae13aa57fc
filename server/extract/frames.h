// What the child process tells its parent: frames of a type byte, a length (4 bytes, little endian)
// and a payload. The child reads hostile files, so whatever comes from it is checked as strictly as
// the files themselves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"
#include "extract/limits.h"
#include "extract/web_page.h"
#include "text/structured_text.h"

namespace walrus::extract {

// The most a well-behaved child sends; beyond them its answer is refused.
inline constexpr std::size_t kMaxHeadingBytes = 512;
inline constexpr std::size_t kMaxTitleBytes = 1024;
inline constexpr std::size_t kMaxSections = 200'000;

struct Progress {
  std::uint64_t done = 0;
  std::uint64_t total = 0;  // 0 while unknown
};

// What the child found when it tried to break out.
struct SelfTest {
  bool own_processes = false;  // sees no process but its own
  bool own_network = false;    // sees no interface but its own loopback
  bool own_files = false;      // sees no file but the system's programs
  bool filtered = false;       // the system call filters could be installed
  std::string leaks;           // what should have been refused and was not, in words
};

using Message = std::variant<Progress, Error, text::StructuredText, SelfTest, WebPage>;

std::string to_frame(const Progress& progress);
std::string to_frame(const Error& error);
std::string to_frame(const text::StructuredText& document);
std::string to_frame(const SelfTest& test);
std::string to_frame(const WebPage& page);

// The other way: a page to read, for a child that reads one after the other.
std::string to_request(std::string_view html, std::string_view charset);
inline constexpr std::size_t kMaxRequestBytes = std::size_t{64} << 20;
inline constexpr std::size_t kMaxCharsetBytes = 64;

// Cuts the child's bytes into messages. What it returns is safe to rely on: texts are UTF-8 without
// control characters and within the limits, sections lie in order on character boundaries.
class FrameReader {
 public:
  explicit FrameReader(const ExtractLimits& limits) : limits_(limits) {}

  void append(std::string_view bytes) { buffer_.append(bytes); }

  // The next message, or nothing while it is not whole. Errors: internal, with the reason in
  // `detail`; the rest of the bytes is then worthless.
  Result<std::optional<Message>> next();

  // Whether bytes of an unfinished frame are left.
  bool pending() const { return at_ < buffer_.size(); }

 private:
  std::size_t payload_limit(std::uint8_t type) const;

  ExtractLimits limits_;
  std::string buffer_;
  std::size_t at_ = 0;
};

}  // namespace walrus::extract
