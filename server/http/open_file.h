// A file opened for reading, closed with its owner.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

namespace walrus::http {

class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& path)
      : handle_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  OpenFile(OpenFile&& other) noexcept : handle_(std::exchange(other.handle_, -1)) {}
  OpenFile& operator=(OpenFile&&) = delete;
  ~OpenFile() {
    if (handle_ >= 0) ::close(handle_);
  }
  int handle() const { return handle_; }  // -1: it could not be opened

 private:
  int handle_;
};

}  // namespace walrus::http
