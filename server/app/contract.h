// The contract's documents, linked into the program.
#pragma once

#include "api/service.h"

namespace walrus::app {

api::ContractDocuments contract_documents();

}  // namespace walrus::app
