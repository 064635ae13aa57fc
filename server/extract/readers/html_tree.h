// A gumbo tree that is freed without recursion and walked without it: hostile pages nest deeply.
#pragma once

#include <gumbo.h>

#include <csetjmp>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace walrus::extract {

class HtmlTree {
 public:
  // Elements that nest more than 512 deep, as no browser shows them, lose their tags and keep what
  // is in them: gumbo takes quadratic time. Errors: too_large when the tree takes more than
  // `memory_bytes`.
  static Result<std::unique_ptr<HtmlTree>> parse(std::string_view utf8, std::uint64_t memory_bytes);

  ~HtmlTree();
  HtmlTree(const HtmlTree&) = delete;
  HtmlTree& operator=(const HtmlTree&) = delete;

  const GumboNode* root() const { return root_; }  // the html element
  const GumboNode* body() const { return body_; }  // or the root where there is none
  const GumboNode* head() const { return head_; }  // or null

 private:
  struct Block;
  HtmlTree() = default;
  static void* allocate(void* tree, std::size_t size);
  static void release(void* tree, void* memory);
  bool run_parser(std::string_view utf8);
  void find_parts();

  Block* blocks_ = nullptr;
  std::uint64_t memory_left_ = 0;
  std::jmp_buf out_of_memory_;
  const GumboNode* root_ = nullptr;
  const GumboNode* body_ = nullptr;
  const GumboNode* head_ = nullptr;
};

// Calls enter(node) -> bool (whether to go into it) and leave(node) for every element, and
// text(node) for every text in reading order.
template <class Visitor>
void walk(const GumboNode* root, Visitor& visitor) {
  struct Step {
    const GumboNode* node;
    unsigned next_child;
  };
  std::vector<Step> path;
  auto visit = [&](const GumboNode* node) {
    if (node->type == GUMBO_NODE_ELEMENT) {
      if (visitor.enter(node)) path.push_back({node, 0});
    } else if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE ||
               node->type == GUMBO_NODE_CDATA) {
      visitor.text(node);
    }
  };
  visit(root);
  while (!path.empty()) {
    Step& step = path.back();
    const GumboVector& children = step.node->v.element.children;
    if (step.next_child < children.length) {
      visit(static_cast<const GumboNode*>(children.data[step.next_child++]));
    } else {
      const GumboNode* node = step.node;
      path.pop_back();
      visitor.leave(node);
    }
  }
}

// The attribute's value, or empty.
std::string_view attribute(const GumboNode* element, const char* name);
bool has_attribute(const GumboNode* element, const char* name);

// All text below `node`.
std::string inner_text(const GumboNode* node);

// The charset that the page's first bytes declare, or empty.
std::string_view declared_charset(std::string_view bytes);

}  // namespace walrus::extract
