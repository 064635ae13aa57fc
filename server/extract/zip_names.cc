#include "extract/zip_names.h"

#include <algorithm>

namespace walrus::extract {

namespace {

constexpr std::string_view kLocalHeader = "PK\x03\x04";
constexpr std::string_view kCentralHeader = "PK\x01\x02";
constexpr std::string_view kEndOfDirectory = "PK\x05\x06";
constexpr std::size_t kLocalHeaderBytes = 30;
constexpr std::size_t kCentralHeaderBytes = 46;
constexpr std::size_t kEndOfDirectoryBytes = 22;
constexpr std::size_t kTailBytes = 1024;
constexpr std::size_t kDirectoryBytes = 64 * 1024;
constexpr std::size_t kMaxNames = 2000;
constexpr std::size_t kMaxMimetypeBytes = 100;

// A little-endian number; the caller has checked that it lies in `bytes`.
std::uint32_t number(std::string_view bytes, std::size_t at, int size) {
  std::uint32_t value = 0;
  for (int i = size - 1; i >= 0; --i)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

std::string mimetype_at(std::uint64_t offset, const ReadAt& read_at) {
  std::string local = read_at(offset, kLocalHeaderBytes + kMaxMimetypeBytes + 256);
  if (local.size() < kLocalHeaderBytes || !local.starts_with(kLocalHeader)) return {};
  bool stored = number(local, 8, 2) == 0;
  std::size_t size = number(local, 18, 4);
  std::size_t start = kLocalHeaderBytes + number(local, 26, 2) + number(local, 28, 2);
  if (!stored || size > kMaxMimetypeBytes || start + size > local.size()) return {};
  return local.substr(start, size);
}

std::string central_directory(std::uint64_t file_size, const ReadAt& read_at) {
  std::size_t tail_size = std::min<std::uint64_t>(file_size, kTailBytes);
  std::string tail = read_at(file_size - tail_size, tail_size);
  std::size_t end = tail.rfind(kEndOfDirectory);
  if (end == std::string::npos || end + kEndOfDirectoryBytes > tail.size()) return {};
  return read_at(number(tail, end + 16, 4),
                 std::min<std::size_t>(number(tail, end + 12, 4), kDirectoryBytes));
}

ZipNames names_of_directory(std::string_view directory, const ReadAt& read_at) {
  ZipNames result;
  std::size_t at = 0;
  while (at + kCentralHeaderBytes <= directory.size() && result.names.size() < kMaxNames) {
    if (!directory.substr(at).starts_with(kCentralHeader)) break;
    std::size_t name_size = number(directory, at + 28, 2);
    std::size_t extra_size = number(directory, at + 30, 2) + number(directory, at + 32, 2);
    if (at + kCentralHeaderBytes + name_size > directory.size()) break;
    std::string name(directory.substr(at + kCentralHeaderBytes, name_size));
    if (name == "mimetype") result.mimetype = mimetype_at(number(directory, at + 42, 4), read_at);
    result.names.push_back(std::move(name));
    at += kCentralHeaderBytes + name_size + extra_size;
  }
  return result;
}

ZipNames names_of_local_headers(std::string_view head, const ReadAt& read_at) {
  ZipNames result;
  for (std::size_t at = head.find(kLocalHeader); at != std::string_view::npos;
       at = head.find(kLocalHeader, at + 1)) {
    if (at + kLocalHeaderBytes > head.size()) break;
    std::size_t name_size = number(head, at + 26, 2);
    if (at + kLocalHeaderBytes + name_size > head.size()) break;
    std::string name(head.substr(at + kLocalHeaderBytes, name_size));
    if (name == "mimetype") result.mimetype = mimetype_at(at, read_at);
    result.names.push_back(std::move(name));
  }
  return result;
}

}  // namespace

ZipNames zip_names(std::string_view head, std::uint64_t file_size, const ReadAt& read_at) {
  ZipNames names = names_of_directory(central_directory(file_size, read_at), read_at);
  return names.names.empty() ? names_of_local_headers(head, read_at) : names;
}

}  // namespace walrus::extract
