#include "app/served_documents.h"

extern "C" {
extern const char walrus_openapi[], walrus_openapi_end[];
extern const char walrus_asyncapi[], walrus_asyncapi_end[];
extern const char walrus_docs[], walrus_docs_end[];
extern const char walrus_page_index[], walrus_page_index_end[];
extern const char walrus_page_bytes[], walrus_page_bytes_end[];
}

namespace walrus::app {

api::ServedDocuments served_documents() {
  return {.openapi = {walrus_openapi, walrus_openapi_end},
          .asyncapi = {walrus_asyncapi, walrus_asyncapi_end},
          .docs = {walrus_docs, walrus_docs_end},
          .page = {.index = {walrus_page_index, walrus_page_index_end},
                   .bytes = {walrus_page_bytes, walrus_page_bytes_end}}};
}

}  // namespace walrus::app
