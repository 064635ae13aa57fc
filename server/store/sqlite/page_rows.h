// The tables `pages` and `page_texts`.
#pragma once

#include "store/sqlite/connection.h"
#include "store/store.h"

namespace walrus::store::sqlite {

Result<void> apply(Connection& connection, const PutPages& put, TimePoint now);
Result<void> apply(Connection& connection, const PutPageText& put, TimePoint now);
Result<void> apply(Connection& connection, const DeletePages& remove, TimePoint now);

Result<Listing<PageRecord>> read_pages(Connection& connection, const std::string& document_id,
                                       int version, const Page& page);
Result<std::optional<std::string>> read_page_text(Connection& connection,
                                                  const std::string& document_id, int version,
                                                  int number);

}  // namespace walrus::store::sqlite
