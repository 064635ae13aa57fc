// The members of a ZIP archive, inflated with every byte counted.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/error.h"
#include "extract/limits.h"

namespace walrus::extract {

class Archive {
 public:
  // Inflates the members that are `wanted`. Nothing is ever written to a file, yet an archive with
  // absolute names or ".." is refused, for no honest program makes one.
  // Errors: too_large (members, bytes, ratio), encrypted_document, extraction_failed.
  static Result<Archive> open(std::string_view bytes, const ExtractLimits& limits,
                              const std::function<bool(std::string_view name)>& wanted);

  // Null when there is no such member. Names are spelled with "/".
  const std::string* find(std::string_view name) const;
  const std::map<std::string, std::string, std::less<>>& members() const { return members_; }

 private:
  std::map<std::string, std::string, std::less<>> members_;
};

// "xl/worksheets/../media/a.xml" and the like, as references between members are written: `target`
// as seen from the folder of `from`; one that begins with "/" is seen from the top. Leaves the
// archive never: ".." at the top is dropped.
std::string resolve_member(std::string_view from, std::string_view target);

}  // namespace walrus::extract
