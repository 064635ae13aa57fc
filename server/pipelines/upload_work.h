// What one run of an upload has made so far. For the pipeline's own files alone.
#pragma once

#include "pipelines/embedding_share.h"
#include "pipelines/upload.h"

namespace walrus::pipelines {

struct UploadPipeline::Work {
  jobs::Job job;
  status::Tracker& tracker;
  std::string operation_id;
  std::string owner;
  std::string document_id;
  UploadInput input;
  TimePoint began;

  extract::Format format = extract::Format::kText;
  text::StructuredText text = {};
  text::ChunkPlan plan = {};
  std::vector<std::int64_t> chunk_tokens = {};
  std::int64_t total_tokens = 0;
  std::string language = {};
  std::string windows_hash = {};  // sha256 of what the embedder gets
  // Of all windows, when the embedder understands the language; else null.
  std::shared_ptr<SharedVectors> vectors = {};
  bool in_index = false;

  std::string_view slice(std::size_t begin, std::size_t end) const {
    return std::string_view(text.text).substr(begin, end - begin);
  }
};

}  // namespace walrus::pipelines
