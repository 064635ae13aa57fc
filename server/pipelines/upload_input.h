// What an upload's job works on, as it lies in the store, and where its files are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/records.h"

namespace walrus::pipelines {

// An upload operation's input, as it lies in the store.
struct UploadInput {
  int version = 1;           // what the chunks are stored under
  int original_version = 1;  // whose file is read: an older one where only vectors are made anew
  // What the file is; becomes the document's own when the version does.
  std::string filename = {};
  std::string file_type = {};
  std::string content_type = {};
  std::int64_t size = 0;
  std::string sha256 = {};
  json::object metadata = {};
};
// The document as it is once the input's version is active.
void describe(store::DocumentRecord& document, const UploadInput& input);
json::object to_json(const UploadInput& input);
UploadInput upload_input_from(const json::object& input);

// A new operation of a document, waiting to start.
struct QueuedWork {
  store::OperationRecord record;
  // What its log begins with. A document that had operations before shows at once that it is being
  // worked on again, so its sequence moves; a new one begins with its first step.
  std::vector<status::Event> first;
};
QueuedWork queued_work(const store::DocumentRecord& document, status::Kind kind, json::object input,
                       TimePoint now);
QueuedWork queued_upload(const store::DocumentRecord& document, const UploadInput& input,
                         TimePoint now);

// Names of a document's blobs.
std::string original_blob(const std::string& document_id, int original_version);
std::string text_blob(const std::string& document_id, int original_version);

}  // namespace walrus::pipelines
