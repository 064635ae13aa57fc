#include "http/form_reader.h"

#include <fmt/format.h>

namespace walrus::http {

namespace {

constexpr std::uint64_t kPartOverhead = 9 * 1024;  // a part's header fields and boundary
constexpr std::uint64_t kAround = 64 * 1024;       // what may stand before and after the parts

std::unexpected<Error> too_large(std::string_view what, std::uint64_t limit) {
  return fail(ErrorCode::kPayloadTooLarge,
              fmt::format("{} is larger than the limit of {} bytes.", what, limit));
}

}  // namespace

std::uint64_t largest_form(const Limits& limits) {
  return limits.file_bytes + limits.form_parts * (limits.form_value + kPartOverhead) + kAround;
}

FormReader::FormReader(std::string_view boundary, const Limits& limits,
                       std::filesystem::path directory)
    : limits_(limits),
      directory_(std::move(directory)),
      parser_(boundary, limits.form_parts, *this) {}

Result<void> FormReader::write(std::string_view bytes) {
  received_ += bytes.size();
  if (received_ > largest_form(limits_)) return too_large("The form", largest_form(limits_));
  return parser_.feed(bytes);
}

Result<std::vector<FormPart>> FormReader::take() {
  Result<void> complete = parser_.finish();
  if (!complete) return std::unexpected(std::move(complete.error()));
  return std::move(parts_);
}

Result<void> FormReader::begin_part(PartHead head) {
  FormPart& part = parts_.emplace_back();
  part.name = std::move(head.name);
  part.filename = std::move(head.filename);
  part.is_file = head.is_file;
  part.content_type = std::move(head.content_type);
  if (!part.is_file) return {};
  Result<UploadFile> file = UploadFile::create(directory_);
  if (!file) return std::unexpected(std::move(file.error()));
  file_ = std::move(*file);
  return {};
}

Result<void> FormReader::part_bytes(std::string_view bytes) {
  FormPart& part = parts_.back();
  part.size += bytes.size();
  if (file_) {
    if (part.size > limits_.file_bytes) return too_large("The file", limits_.file_bytes);
    return file_->write(bytes);
  }
  if (part.size > limits_.form_value) return too_large("A form field", limits_.form_value);
  part.value.append(bytes);
  return {};
}

Result<void> FormReader::end_part() {
  if (!file_) return {};
  Result<UploadFile::Finished> finished = file_->finish();
  file_.reset();
  if (!finished) return std::unexpected(std::move(finished.error()));
  parts_.back().file = std::move(finished->file);
  parts_.back().sha256 = std::move(finished->sha256);
  return {};
}

}  // namespace walrus::http
