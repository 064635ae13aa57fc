#include "app/contract.h"

extern "C" {
extern const char walrus_openapi[], walrus_openapi_end[];
extern const char walrus_asyncapi[], walrus_asyncapi_end[];
extern const char walrus_docs[], walrus_docs_end[];
}

namespace walrus::app {

api::ContractDocuments contract_documents() {
  return {{walrus_openapi, walrus_openapi_end},
          {walrus_asyncapi, walrus_asyncapi_end},
          {walrus_docs, walrus_docs_end}};
}

}  // namespace walrus::app
