#include "store/dynamodb/attribute_value.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

#include "base/base64.h"

namespace walrus::store::dynamodb {

namespace {

// In the order of the variant.
constexpr std::array<std::string_view, 8> kTypeNames{"S", "N", "B", "BOOL", "NULL", "L", "M", "SS"};

std::unexpected<Error> malformed(std::string detail) {
  return fail(ErrorCode::kStorageUnavailable, "The store's answer could not be read.",
              "attribute value: " + std::move(detail));
}

template <class Value>
std::optional<Value> find_number(const Item& item, std::string_view name) {
  auto at = item.find(name);
  const Number* number = at == item.end() ? nullptr : std::get_if<Number>(&at->second.value);
  if (!number) return std::nullopt;
  Value value{};
  const char* last = number->text.data() + number->text.size();
  auto [end, error] = std::from_chars(number->text.data(), last, value);
  return error == std::errc() && end == last ? std::optional(value) : std::nullopt;
}

struct ToJson {
  json::value operator()(const std::string& text) const { return json::string(text); }
  json::value operator()(const Number& number) const { return json::string(number.text); }
  json::value operator()(const Binary& binary) const {
    return json::string(to_base64(binary.bytes));
  }
  json::value operator()(bool truth) const { return truth; }
  json::value operator()(const Null&) const { return true; }
  json::value operator()(const List& list) const {
    json::array values;
    for (const AttributeValue& value : list) values.push_back(to_json(value));
    return values;
  }
  json::value operator()(const Item& item) const { return to_json(item); }
  json::value operator()(const StringSet& set) const {
    json::array values;
    for (const std::string& text : set) values.emplace_back(text);
    return values;
  }
};

Result<AttributeValue> text_from_json(std::string_view type, const json::string& text) {
  if (type == "S") return AttributeValue{std::string(view(text))};
  if (type == "N") return AttributeValue{Number{std::string(view(text))}};
  std::optional<std::string> bytes = from_base64(view(text));
  if (type == "B" && bytes) return AttributeValue{Binary{std::move(*bytes)}};
  return malformed(fmt::format("{} as text", type));
}

Result<AttributeValue> list_from_json(const json::array& array) {
  List list;
  for (const json::value& element : array) {
    Result<AttributeValue> value = value_from_json(element);
    if (!value) return value;
    list.push_back(std::move(*value));
  }
  return AttributeValue{std::move(list)};
}

Result<AttributeValue> set_from_json(const json::array& array) {
  StringSet set;
  for (const json::value& element : array) {
    const json::string* text = element.if_string();
    if (!text || !set.emplace(view(*text)).second) return malformed("SS");
  }
  if (set.empty()) return malformed("an empty SS");
  return AttributeValue{std::move(set)};
}

Result<AttributeValue> map_from_json(const json::object& object) {
  Result<Item> item = item_from_json(object);
  if (!item) return std::unexpected(std::move(item.error()));
  return AttributeValue{std::move(*item)};
}

}  // namespace

AttributeValue number(double value) {
  return {Number{fmt::format("{}", value)}};
}

std::string_view type_name(const AttributeValue& value) {
  return kTypeNames.at(value.value.index());
}

const std::string* find_text(const Item& item, std::string_view name) {
  auto at = item.find(name);
  return at == item.end() ? nullptr : std::get_if<std::string>(&at->second.value);
}

std::optional<std::int64_t> find_integer(const Item& item, std::string_view name) {
  return find_number<std::int64_t>(item, name);
}

std::optional<double> find_double(const Item& item, std::string_view name) {
  return find_number<double>(item, name);
}

json::value to_json(const AttributeValue& value) {
  return json::object{{type_name(value), std::visit(ToJson(), value.value)}};
}

json::object to_json(const Item& item) {
  json::object object;
  for (const auto& [name, value] : item) object.emplace(name, to_json(value));
  return object;
}

Result<AttributeValue> value_from_json(const json::value& value) {
  const json::object* object = value.if_object();
  if (!object || object->size() != 1) return malformed("not of one type");
  std::string_view type = object->begin()->key();
  const json::value& inner = object->begin()->value();
  if (const json::string* text = inner.if_string()) return text_from_json(type, *text);
  if (type == "BOOL" && inner.is_bool()) return AttributeValue{inner.as_bool()};
  if (type == "NULL" && inner.is_bool() && inner.as_bool()) return AttributeValue{Null{}};
  if (type == "L" && inner.is_array()) return list_from_json(inner.as_array());
  if (type == "SS" && inner.is_array()) return set_from_json(inner.as_array());
  if (type == "M" && inner.is_object()) return map_from_json(inner.as_object());
  return malformed(fmt::format("of the type {}", type));
}

Result<Item> item_from_json(const json::object& object) {
  Item item;
  for (const auto& [name, inner] : object) {
    Result<AttributeValue> value = value_from_json(inner);
    if (!value) return std::unexpected(std::move(value.error()));
    item.emplace(name, std::move(*value));
  }
  return item;
}

}  // namespace walrus::store::dynamodb
