#include "http/upload_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace walrus::http {

namespace {

constexpr std::size_t kPiece = 64 * 1024;  // of one write()

std::string hex(const unsigned char* bytes, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += fmt::format("{:02x}", bytes[i]);
  return text;
}

std::string random_name() {
  std::array<unsigned char, 16> bytes;
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) std::abort();
  return "upload-" + hex(bytes.data(), bytes.size());
}

std::unexpected<Error> cannot_write() {
  return fail(ErrorCode::kStorageUnavailable, "The upload cannot be stored now. Try again later.",
              std::strerror(errno));
}

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

struct UploadFile::State {
  TemporaryFile file;
  int handle = -1;
  std::uint64_t size = 0;
  std::string pending;  // less than a piece
  std::unique_ptr<EVP_MD_CTX, FreeDigest> digest{EVP_MD_CTX_new()};

  ~State() {
    if (handle >= 0) ::close(handle);
  }

  Result<void> store(std::string_view bytes) {
    EVP_DigestUpdate(digest.get(), bytes.data(), bytes.size());
    while (!bytes.empty()) {
      ssize_t written = ::write(handle, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return cannot_write();
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }
};

UploadFile::UploadFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
UploadFile::UploadFile(UploadFile&&) noexcept = default;
UploadFile& UploadFile::operator=(UploadFile&&) noexcept = default;
UploadFile::~UploadFile() = default;

Result<UploadFile> UploadFile::create(const std::filesystem::path& directory) {
  auto state = std::make_unique<State>();
  std::filesystem::path path = directory / random_name();
  state->handle = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (state->handle < 0) return cannot_write();
  state->file = TemporaryFile(std::move(path));
  EVP_DigestInit_ex(state->digest.get(), EVP_sha256(), nullptr);
  return UploadFile(std::move(state));
}

Result<void> UploadFile::write(std::string_view bytes) {
  state_->size += bytes.size();
  state_->pending.append(bytes);
  if (state_->pending.size() < kPiece) return {};
  Result<void> stored = state_->store(state_->pending);
  state_->pending.clear();
  return stored;
}

std::uint64_t UploadFile::size() const {
  return state_->size;
}

Result<UploadFile::Finished> UploadFile::finish() {
  Result<void> stored = state_->store(state_->pending);
  if (!stored) return std::unexpected(std::move(stored.error()));
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
  unsigned int count = 0;
  EVP_DigestFinal_ex(state_->digest.get(), bytes.data(), &count);
  return Finished{std::move(state_->file), state_->size, hex(bytes.data(), count)};
}

}  // namespace walrus::http
