// A file that is written and hashed as it arrives.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/message.h"

namespace walrus::http {

// Has a random name, is readable by its owner alone (0600), and is removed unless it was finished.
// Not synced to disk: whoever keeps it does that.
class UploadFile {
 public:
  static Result<UploadFile> create(const std::filesystem::path& directory);
  UploadFile(UploadFile&&) noexcept;
  UploadFile& operator=(UploadFile&&) noexcept;
  ~UploadFile();

  // kStorageUnavailable when the disk is full or fails.
  Result<void> write(std::string_view bytes);
  std::uint64_t size() const;

  struct Finished {
    TemporaryFile file;
    std::uint64_t size;
    std::string sha256;  // hex
  };
  Result<Finished> finish();

 private:
  struct State;
  explicit UploadFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace walrus::http
