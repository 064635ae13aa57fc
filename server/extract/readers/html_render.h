// A part of a page as text with headings.
#pragma once

#include <gumbo.h>

#include "extract/readers/document_builder.h"
#include "extract/readers/html_content.h"

namespace walrus::extract {

// Everything visible below `root`.
void render_html(const GumboNode* root, DocumentBuilder& builder);
// What belongs to the content.
void render_html(const PageContent& content, DocumentBuilder& builder);

}  // namespace walrus::extract
