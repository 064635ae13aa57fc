// Documents and chunks as the wire shows them.
#pragma once

#include "api/idempotency.h"
#include "base/json.h"
#include "store/records.h"

namespace walrus::api {

// A row of the list.
json::object list_row(const store::DocumentRecord& document);
// The row with `chunk_count` and `metadata`.
json::object full_document(const store::DocumentRecord& document);

// That work on the document was taken in: 202, with `facts` about the work among its members.
FirstAnswer accepted_answer(const store::DocumentRecord& document, json::object facts);

json::object chunk_json(const store::ChunkRecord& chunk);

// A client's file name, fit to be shown and stored: the last segment, without control characters,
// at most 255 bytes, "upload" when nothing is left.
std::string clean_filename(std::string_view filename);

// Content-Disposition of a download (RFC 6266), with the name in UTF-8.
std::string attachment(std::string_view filename);

}  // namespace walrus::api
