#include "store/dynamodb/expression.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace walrus::store::dynamodb {

namespace {

std::string joined(const std::vector<std::string>& conditions, std::string_view word) {
  std::vector<std::string> parts;
  std::ranges::copy_if(conditions, std::back_inserter(parts),
                       [](const std::string& part) { return !part.empty(); });
  if (parts.size() == 1) return parts.front();
  for (std::string& part : parts) part = fmt::format("({})", part);
  return fmt::format("{}", fmt::join(parts, word));
}

}  // namespace

std::string Aliases::name(std::string_view attribute) {
  auto at = names_.find(attribute);
  if (at == names_.end()) at = names_.emplace(attribute, fmt::format("#n{}", names_.size())).first;
  return at->second;
}

std::string Aliases::value(AttributeValue value) {
  std::string alias = fmt::format(":v{}", values_.size());
  values_.emplace(alias, std::move(value));
  return alias;
}

std::string Aliases::exists(std::string_view attribute) {
  return fmt::format("attribute_exists({})", name(attribute));
}

std::string Aliases::missing(std::string_view attribute) {
  return fmt::format("attribute_not_exists({})", name(attribute));
}

std::string Aliases::equal(std::string_view attribute, AttributeValue value) {
  return compare(attribute, "=", std::move(value));
}

std::string Aliases::compare(std::string_view attribute, std::string_view comparison,
                             AttributeValue against) {
  return fmt::format("{} {} {}", name(attribute), comparison, value(std::move(against)));
}

std::string Aliases::begins_with(std::string_view attribute, std::string_view prefix) {
  return fmt::format("begins_with({}, {})", name(attribute), value(text(prefix)));
}

std::string Aliases::between(std::string_view attribute, AttributeValue low, AttributeValue high) {
  std::string first = value(std::move(low));
  return fmt::format("{} BETWEEN {} AND {}", name(attribute), first, value(std::move(high)));
}

std::string Aliases::one_of(std::string_view attribute, std::vector<AttributeValue> values) {
  std::vector<std::string> aliases;
  aliases.reserve(values.size());
  for (AttributeValue& each : values) aliases.push_back(value(std::move(each)));
  return fmt::format("{} IN ({})", name(attribute), fmt::join(aliases, ", "));
}

std::string Aliases::projection(const std::vector<std::string>& attributes) {
  std::vector<std::string> aliases;
  aliases.reserve(attributes.size());
  for (const std::string& attribute : attributes) aliases.push_back(name(attribute));
  return fmt::format("{}", fmt::join(aliases, ", "));
}

void Aliases::put_into(json::object& parameters) const {
  json::object names;
  for (const auto& [attribute, alias] : names_) names.emplace(alias, attribute);
  if (!names.empty()) parameters["ExpressionAttributeNames"] = std::move(names);
  if (!values_.empty()) parameters["ExpressionAttributeValues"] = to_json(values_);
}

std::string all_of(const std::vector<std::string>& conditions) {
  return joined(conditions, " AND ");
}

std::string any_of(const std::vector<std::string>& conditions) {
  return joined(conditions, " OR ");
}

Update& Update::set(std::string_view attribute, AttributeValue value) {
  sets_.push_back(aliases_.equal(attribute, std::move(value)));
  return *this;
}

Update& Update::set_if_missing(std::string_view attribute, AttributeValue value) {
  std::string name = aliases_.name(attribute);
  sets_.push_back(
      fmt::format("{0} = if_not_exists({0}, {1})", name, aliases_.value(std::move(value))));
  return *this;
}

Update& Update::append(std::string_view attribute, List values) {
  std::string name = aliases_.name(attribute);
  std::string none = aliases_.value({List()});
  sets_.push_back(fmt::format("{0} = list_append(if_not_exists({0}, {1}), {2})", name, none,
                              aliases_.value({std::move(values)})));
  return *this;
}

Update& Update::remove(std::string_view attribute) {
  removes_.push_back(aliases_.name(attribute));
  return *this;
}

Update& Update::add(std::string_view attribute, AttributeValue value) {
  std::string name = aliases_.name(attribute);
  adds_.push_back(fmt::format("{} {}", name, aliases_.value(std::move(value))));
  return *this;
}

std::string Update::expression() const {
  std::vector<std::string> clauses;
  if (!sets_.empty()) clauses.push_back(fmt::format("SET {}", fmt::join(sets_, ", ")));
  if (!removes_.empty()) clauses.push_back(fmt::format("REMOVE {}", fmt::join(removes_, ", ")));
  if (!adds_.empty()) clauses.push_back(fmt::format("ADD {}", fmt::join(adds_, ", ")));
  return fmt::format("{}", fmt::join(clauses, " "));
}

}  // namespace walrus::store::dynamodb
