#include "extract/readers/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "extract/readers/reading.h"

namespace walrus::extract {

namespace {

constexpr std::uint64_t kFreeBytes = 1u << 20;  // of a member, before its ratio counts

struct ReadArchive {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
using Reader = std::unique_ptr<archive, ReadArchive>;

std::unexpected<Error> too_large(const std::string& what) {
  return fail(ErrorCode::kTooLarge,
              "The document unpacks to " + what + " than one document may hold.");
}

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    std::size_t end = std::min(path.find('/'), path.size());
    parts.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

bool is_safe(std::string_view name) {
  bool drive = name.size() > 1 && name[1] == ':';
  bool climbs =
      std::ranges::any_of(split_path(name), [](std::string_view part) { return part == ".."; });
  return !name.starts_with('/') && !drive && !climbs;
}

// Some programs write Windows' separators.
std::string name_of(archive_entry* entry) {
  const char* path = archive_entry_pathname(entry);
  if (path == nullptr) path = archive_entry_pathname_utf8(entry);
  std::string name(path == nullptr ? "" : path);
  std::ranges::replace(name, '\\', '/');
  return name;
}

// Inflates members one after the other against limits shared by all.
class Inflater {
 public:
  Inflater(archive* reader, const ExtractLimits& limits) : reader_(reader), limits_(limits) {}

  // The current member's bytes.
  Result<std::string> inflate() {
    std::string bytes;
    std::uint64_t packed_before = packed();
    while (true) {
      la_ssize_t n = archive_read_data(reader_, buffer_.data(), buffer_.size());
      if (n == 0) return bytes;
      if (n < 0) return damaged("it is cut short or was changed");
      total_ += static_cast<std::uint64_t>(n);
      if (total_ > limits_.inflated_bytes) return too_large("more bytes");
      bytes.append(buffer_.data(), static_cast<std::size_t>(n));
      std::uint64_t allowed =
          (packed() - packed_before + 1) * static_cast<std::uint64_t>(limits_.inflation_ratio);
      if (bytes.size() > kFreeBytes + allowed) return too_large("far more");
    }
  }

 private:
  // Bytes of the file consumed so far, so that an archive's own size fields need not be believed.
  std::uint64_t packed() const {
    return static_cast<std::uint64_t>(std::max<la_int64_t>(archive_filter_bytes(reader_, -1), 0));
  }

  archive* reader_;
  const ExtractLimits& limits_;
  std::uint64_t total_ = 0;
  std::array<char, 16 * 1024> buffer_;
};

}  // namespace

Result<Archive> Archive::open(std::string_view bytes, const ExtractLimits& limits,
                              const std::function<bool(std::string_view name)>& wanted) {
  Reader reader(archive_read_new());
  // By the directory at the end alone, so that an archive cut short is never taken for a whole one.
  bool opened = reader && archive_read_support_format_zip_seekable(reader.get()) == ARCHIVE_OK &&
                archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) == ARCHIVE_OK;
  if (!opened) return damaged("it is not a whole archive");

  Archive result;
  Inflater inflater(reader.get(), limits);
  archive_entry* entry = nullptr;
  for (int count = 1;; ++count) {
    int status = archive_read_next_header(reader.get(), &entry);
    if (status == ARCHIVE_EOF) return result;
    if (status < ARCHIVE_WARN) return damaged("it is cut short or was changed");
    if (count > limits.archive_members) return too_large("more files");
    std::string name = name_of(entry);
    if (!is_safe(name)) return damaged("it names files outside of itself");
    if (!wanted(name) || result.members_.contains(name)) continue;
    if (archive_entry_is_data_encrypted(entry) != 0) return encrypted();
    auto data = inflater.inflate();
    if (!data) return std::unexpected(std::move(data.error()));
    result.members_.emplace(std::move(name), std::move(*data));
  }
}

const std::string* Archive::find(std::string_view name) const {
  auto found = members_.find(name);
  return found == members_.end() ? nullptr : &found->second;
}

std::string resolve_member(std::string_view from, std::string_view target) {
  std::vector<std::string_view> parts;
  if (!target.starts_with('/'))
    parts = split_path(from.substr(0, from.rfind('/') + 1));  // npos + 1 is 0
  for (std::string_view part : split_path(target)) {
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
  }
  std::string path;
  for (std::string_view part : parts) {
    if (!path.empty()) path += '/';
    path += part;
  }
  return path;
}

}  // namespace walrus::extract
