// A part of a page as text with headings.
#pragma once

#include <gumbo.h>

#include "extract/readers/document_builder.h"
#include "extract/readers/html_content.h"

namespace walrus::extract {

// Without `content` everything visible is written; with it, only what belongs to the content.
void render_html(const GumboNode* root, const PageContent* content, DocumentBuilder& builder);

}  // namespace walrus::extract
