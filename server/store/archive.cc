#include "store/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

namespace walrus::store {

namespace {

constexpr std::size_t kPiece = 1 << 16;

struct FreeEntry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
struct FreeReader {
  void operator()(archive* reader) const { archive_read_free(reader); }
};

std::unexpected<Error> write_failed(archive* writer) {
  return fail(ErrorCode::kStorageUnavailable, "The backup cannot be written.",
              archive_error_string(writer) ? archive_error_string(writer) : "");
}

std::unexpected<Error> unreadable(archive* reader) {
  const char* detail = archive_error_string(reader);
  return fail(ErrorCode::kInvalidInput, "The file is not a whole backup of Walrus.",
              detail ? detail : "");
}

Result<void> unpack_entry(archive* reader, const std::filesystem::path& place) {
  auto file = open_file(place, O_WRONLY | O_CREAT | O_EXCL);
  if (!file) return std::unexpected(std::move(file.error()));
  std::vector<char> piece(kPiece);
  while (true) {
    la_ssize_t got = archive_read_data(reader, piece.data(), piece.size());
    if (got < 0) return unreadable(reader);
    if (got == 0) return sync_file(*file);
    auto written = write_all(*file, {piece.data(), static_cast<std::size_t>(got)});
    if (!written) return written;
  }
}

}  // namespace

void TarWriter::Free::operator()(archive* writer) const {
  archive_write_free(writer);
}

Result<TarWriter> TarWriter::begin(const File& file) {
  TarWriter writer(archive_write_new());
  archive* to = writer.archive_.get();
  // POSIX's pax form: sizes beyond 8 GiB, and every tar reads it.
  if (archive_write_set_format_pax_restricted(to) != ARCHIVE_OK ||
      archive_write_open_fd(to, file.descriptor()) != ARCHIVE_OK) {
    return write_failed(to);
  }
  return writer;
}

Result<void> TarWriter::add(const std::filesystem::path& source, const std::string& name) {
  auto file = open_file(source, O_RDONLY);
  std::error_code error;
  if (!file && !std::filesystem::exists(source, error)) return {};
  if (!file) return std::unexpected(std::move(file.error()));
  struct stat facts;
  if (fstat(file->descriptor(), &facts) != 0) return file_error("fstat", source);
  std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), name.c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0600);
  archive_entry_set_size(entry.get(), facts.st_size);
  archive_entry_set_mtime(entry.get(), facts.st_mtime, 0);
  if (archive_write_header(archive_.get(), entry.get()) != ARCHIVE_OK) {
    return write_failed(archive_.get());
  }
  return copy(*file, facts.st_size);
}

Result<void> TarWriter::copy(const File& source, std::int64_t size) {
  std::vector<char> piece(kPiece);
  while (size > 0) {
    ssize_t got = read(source.descriptor(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return file_error("read", {});
    if (archive_write_data(archive_.get(), piece.data(), static_cast<std::size_t>(got)) != got) {
      return write_failed(archive_.get());
    }
    size -= got;
  }
  return {};
}

Result<void> TarWriter::finish() {
  if (archive_write_close(archive_.get()) != ARCHIVE_OK) return write_failed(archive_.get());
  return {};
}

Result<void> unpack_tar(
    const std::filesystem::path& tar,
    const std::function<Result<std::filesystem::path>(const std::string& name)>& place_of) {
  std::unique_ptr<archive, FreeReader> reader(archive_read_new());
  archive_read_support_format_tar(reader.get());
  if (archive_read_open_filename(reader.get(), tar.c_str(), kPiece) != ARCHIVE_OK) {
    return unreadable(reader.get());
  }
  while (true) {
    archive_entry* entry = nullptr;
    int code = archive_read_next_header(reader.get(), &entry);
    if (code == ARCHIVE_EOF) return {};
    if (code != ARCHIVE_OK || archive_entry_filetype(entry) != AE_IFREG) {
      return unreadable(reader.get());
    }
    const char* name = archive_entry_pathname(entry);
    auto place = place_of(name ? name : "");
    if (!place) return std::unexpected(std::move(place.error()));
    auto unpacked = unpack_entry(reader.get(), *place);
    if (!unpacked) return unpacked;
  }
}

}  // namespace walrus::store
