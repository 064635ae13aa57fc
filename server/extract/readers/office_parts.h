// What the Office Open XML formats have in common: relationships and properties.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "extract/readers/archive.h"

namespace walrus::extract {

struct Relation {
  std::string type;    // the last word of its URI: "slide", "notesSlide"
  std::string member;  // resolved
};

// By id, of the part `member` ("ppt/presentation.xml"). Empty where there are none or they are
// broken.
std::map<std::string, Relation> relations(const Archive& archive, std::string_view member);

// The part that the package names as its document, or `usual` where it names none.
std::string main_part(const Archive& archive, std::string_view usual);

// dc:title of docProps/core.xml, or of another part.
std::string title_of(const Archive& archive, std::string_view member = "docProps/core.xml");

// The text of the first element with this local name in `xml`.
std::string element_text(std::string_view xml, std::string_view local_name);

}  // namespace walrus::extract
