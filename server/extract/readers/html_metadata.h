// What a page says about itself, and where it leads.
#pragma once

#include <gumbo.h>

#include "extract/web_page.h"

namespace walrus::extract {

// Everything of `page` but its document.
void read_metadata(const GumboNode* root, WebPage& page);

}  // namespace walrus::extract
