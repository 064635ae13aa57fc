// What the class, id, role and tag of an element say about its place on the page. Sites name things
// alike: "entry-content", "share-bar", "related-posts".
#pragma once

#include <gumbo.h>

#include <cstddef>

namespace walrus::extract {

// What an element is beside the content.
enum class Surroundings {
  kNone,
  kSite,      // navigation, side bars, footers, cookie notices, dialogues
  kExtra,     // related links, share bars, advertisements, newsletter forms, pay walls
  kComments,  // what readers wrote; on a forum, the content itself
  kBox,       // biographies, widgets, calls to action: only where they are short
  kLine,      // by-lines, dates, tags, credits: only where they are a line or two
};

struct NameSigns {
  Surroundings surroundings = Surroundings::kNone;
  bool hidden = false;      // for screen readers only
  bool content = false;     // "content", "post", "story"
  bool body = false;        // "article-body", "entry-content", itemprop articleBody
  bool standfirst = false;  // the lines between headline and text
};

NameSigns name_signs(const GumboNode* element);

// The most text, in bytes, that something of this kind holds; more of it is content in disguise.
std::size_t most_text(Surroundings surroundings);

// Never seen, or no text: scripts, styles, templates, form controls, elements hidden by attribute.
// `noscript` counts as invisible unless `with_noscript`.
bool is_invisible(const GumboNode* element, bool with_noscript = false);

}  // namespace walrus::extract
