#include "http/router.h"

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>

#include "base/utf8.h"

namespace walrus::http {

struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> named;
  std::vector<const Route*> routes;  // one a method
};

namespace {

bool is_name(std::string_view segment) {
  return segment.starts_with('{') && segment.ends_with('}');
}

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.empty()) return segments;
  if (path.ends_with('/')) path.remove_suffix(1);
  for (std::size_t begin = 0; begin <= path.size();) {
    std::size_t end = std::min(path.find('/', begin), path.size());
    segments.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return segments;
}

std::optional<std::vector<std::string>> decode(const std::vector<std::string_view>& segments) {
  std::vector<std::string> decoded;
  decoded.reserve(segments.size());
  for (std::string_view segment : segments) {
    std::optional<std::string> text = percent_decode(segment);
    if (!text || !is_valid_utf8(*text)) return std::nullopt;
    decoded.push_back(std::move(*text));
  }
  return decoded;
}

// The node of the path from `depth` on; the first way that leads to one with routes wins.
template <class Node>
const Node* find(const Node& node, const std::vector<std::string>& segments, std::size_t depth) {
  if (depth == segments.size()) return node.routes.empty() ? nullptr : &node;
  if (auto literal = node.literals.find(segments[depth]); literal != node.literals.end()) {
    if (const Node* found = find(*literal->second, segments, depth + 1)) return found;
  }
  if (!node.named || segments[depth].empty()) return nullptr;
  return find(*node.named, segments, depth + 1);
}

std::vector<std::string> methods_of(const std::vector<const Route*>& routes) {
  std::vector<std::string> methods{"OPTIONS"};
  for (const Route* route : routes) {
    methods.push_back(route->method);
    if (route->method == "GET") methods.push_back("HEAD");
  }
  std::ranges::sort(methods);
  auto repeated = std::ranges::unique(methods);
  methods.erase(repeated.begin(), repeated.end());
  return methods;
}

const Route* with_method(const std::vector<const Route*>& routes, std::string_view method) {
  auto found = std::ranges::find(routes, method, [](const Route* route) { return route->method; });
  return found == routes.end() ? nullptr : *found;
}

}  // namespace

void Router::add(Route route) {
  routes_.push_back(std::make_unique<Route>(std::move(route)));
  const Route* added = routes_.back().get();
  if (!root_) root_ = std::make_shared<Node>();
  Node* node = root_.get();
  for (std::string_view segment : split(added->pattern)) {
    std::unique_ptr<Node>& next =
        is_name(segment) ? node->named : node->literals[std::string(segment)];
    if (!next) next = std::make_unique<Node>();
    node = next.get();
  }
  if (with_method(node->routes, added->method)) {
    throw std::logic_error("two routes for " + added->method + " " + added->pattern);
  }
  node->routes.push_back(added);
}

Router::Match Router::match(std::string_view method, std::string_view path) const {
  Match match;
  std::optional<std::vector<std::string>> segments = decode(split(path));
  match.malformed = !segments;
  if (!segments || !root_) return match;
  const Node* node = find(*root_, *segments, 0);
  if (!node) return match;
  match.route = with_method(node->routes, method);
  if (!match.route && method == "HEAD") match.route = with_method(node->routes, "GET");
  if (!match.route) {
    match.allowed = methods_of(node->routes);
    return match;
  }
  std::vector<std::string_view> pattern = split(match.route->pattern);
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (!is_name(pattern[i])) continue;
    std::string_view name = pattern[i].substr(1, pattern[i].size() - 2);
    match.parameters.emplace_back(name, std::move((*segments)[i]));
  }
  return match;
}

}  // namespace walrus::http
