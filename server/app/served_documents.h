// What is linked into the program to be served as it is: the contract's documents and the page.
#pragma once

#include "api/service.h"

namespace walrus::app {

api::ServedDocuments served_documents();

}  // namespace walrus::app
