// A multipart body to form parts: files to disk, values to memory, within the limits.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "http/multipart.h"
#include "http/request_parser.h"
#include "http/server.h"
#include "http/upload_file.h"

namespace walrus::http {

// No body with this many bytes more than its files can be within the limits.
std::uint64_t largest_form(const Limits& limits);

// Removes its files unless they were taken.
class FormReader final : public BodySink, private MultipartSink {
 public:
  FormReader(std::string_view boundary, const Limits& limits, std::filesystem::path directory);

  Result<void> write(std::string_view bytes) override;
  // The body has ended.
  Result<std::vector<FormPart>> take();

 private:
  Result<void> begin_part(PartHead head) override;
  Result<void> part_bytes(std::string_view bytes) override;
  Result<void> end_part() override;

  const Limits& limits_;
  const std::filesystem::path directory_;
  MultipartParser parser_;
  std::uint64_t received_ = 0;
  std::optional<UploadFile> file_;  // of the last part, while it is read
  std::vector<FormPart> parts_;
};

}  // namespace walrus::http
