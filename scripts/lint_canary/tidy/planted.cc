// Planted for ./dev lint: a coroutine whose captures are gone when it goes on, and a use after move.
#include <string>
#include <utility>

#include "base/task.h"

namespace walrus {

auto dangling(int value) {
  return [value]() -> Task<int> { co_return value; };
}

std::size_t moved_from(std::string text) {
  std::string taken = std::move(text);
  return text.size() + taken.size();
}

}  // namespace walrus
