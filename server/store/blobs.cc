#include "store/blobs.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

#include "store/durable_file.h"

namespace walrus::store {

namespace {

bool is_blob_name(std::string_view name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789.-";
  return !name.empty() && name.front() != '.' &&
         name.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::unexpected<Error> bad_name(const std::string& name) {
  return fail(ErrorCode::kInternal, "Something went wrong on our side.", "blob name " + name);
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  std::filesystem::directory_iterator at(folder, error);
  for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
    std::error_code unknown;
    if (!at->is_directory(unknown)) files.push_back(at->path());
  }
  return files;
}

}  // namespace

Blobs::Blobs(std::filesystem::path directory)
    : directory_(std::move(directory)), incoming_(directory_ / "incoming") {}

Result<Blobs> Blobs::open(std::filesystem::path directory) {
  Blobs blobs(std::move(directory));
  auto made = make_folder(blobs.incoming_);
  if (!made) return std::unexpected(std::move(made.error()));
  return blobs;
}

Result<void> Blobs::keep(const std::filesystem::path& file, const std::string& name) {
  if (!is_blob_name(name)) return bad_name(name);
  {
    auto opened = open_file(file, O_RDONLY);
    if (!opened) return std::unexpected(std::move(opened.error()));
    auto synced = sync_file(*opened);
    if (!synced) return synced;
  }
  if (rename(file.c_str(), path(name).c_str()) != 0) return file_error("rename", path(name));
  return sync_folder(directory_);
}

Result<void> Blobs::write(const std::string& name, std::string_view content) {
  if (!is_blob_name(name)) return bad_name(name);
  // Two writers of one name must not write into the same file.
  std::string pattern = (incoming_ / (name + ".XXXXXX")).string();
  int descriptor = mkostemp(pattern.data(), O_CLOEXEC);
  if (descriptor < 0) return file_error("mkostemp", pattern);
  auto written = write_all(File(descriptor), content);
  if (written) written = keep(pattern, name);
  if (!written) unlink(pattern.c_str());
  return written;
}

Result<std::string> Blobs::read(const std::string& name) const {
  if (!is_blob_name(name)) return bad_name(name);
  return read_all(path(name));
}

bool Blobs::exists(const std::string& name) const {
  std::error_code error;
  return is_blob_name(name) && std::filesystem::is_regular_file(path(name), error);
}

std::filesystem::path Blobs::path(const std::string& name) const {
  return directory_ / name;
}

void Blobs::remove(const std::string& name) {
  if (is_blob_name(name)) unlink(path(name).c_str());
}

void Blobs::sweep(const std::set<std::string>& wanted) {
  for (const auto& file : files_in(directory_)) {
    if (!wanted.contains(file.filename().string())) unlink(file.c_str());
  }
  for (const auto& file : files_in(incoming_)) unlink(file.c_str());
}

}  // namespace walrus::store
