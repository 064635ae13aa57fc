#include "api/multiplex_cursor.h"

#include <algorithm>
#include <charconv>
#include <ranges>

#include "base/digest.h"
#include "base/ids.h"

namespace walrus::api {

namespace {

constexpr int kBase = 36;
// No digits of that base, and nothing that a query would have to escape.
constexpr std::string_view kNothing = "-";
constexpr std::string_view kMissing = "_";

std::string digits(std::uint64_t number) {
  char text[16];
  auto end = std::to_chars(std::begin(text), std::end(text), number, kBase).ptr;
  return {text, end};
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, kBase);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  for (auto part : std::views::split(text, '.')) parts.emplace_back(part.begin(), part.end());
  return parts;
}

std::string place(std::optional<std::uint64_t> sequence) {
  return sequence ? digits(*sequence) : std::string(kNothing);
}

}  // namespace

std::string fingerprint_of(const std::vector<std::string>& ids) {
  constexpr std::size_t kDigits = 12;
  std::string list;
  for (const std::string& id : ids) list += id + ",";
  return sha256_hex(list).substr(0, kDigits);
}

// <fingerprint>[.<sequence>]...
std::string encode_listed(std::string_view fingerprint, const std::vector<Told>& places) {
  std::string cursor(fingerprint);
  for (const Told& told : places) {
    cursor += '.';
    cursor += told.missing ? std::string(kMissing) : place(told.sequence);
  }
  return cursor;
}

std::optional<std::vector<Told>> decode_listed(std::string_view cursor,
                                               const std::vector<std::string>& ids) {
  std::vector<std::string_view> parts = parts_of(cursor);
  bool fits = parts.size() == ids.size() + 1 && parts.front() == fingerprint_of(ids);
  if (!fits) return std::nullopt;
  std::vector<Told> places;
  for (std::string_view part : parts | std::views::drop(1)) {
    Told told;
    told.missing = part == kMissing;
    if (!told.missing && part != kNothing) {
      told.sequence = number_in(part);
      if (!told.sequence) return std::nullopt;
    }
    places.push_back(told);
  }
  return places;
}

// <time of the newest event>[.<operation>~<sequence>]...
std::string encode_own(const OwnPlaces& places) {
  auto newest = std::max<std::int64_t>(places.newest.time_since_epoch().count(), 0);
  std::string cursor = digits(static_cast<std::uint64_t>(newest));
  for (const auto& [id, sequence] : places.open) cursor += "." + id + "~" + place(sequence);
  return cursor;
}

std::optional<OwnPlaces> decode_own(std::string_view cursor) {
  std::vector<std::string_view> parts = parts_of(cursor);
  auto newest = number_in(parts.empty() ? "" : parts.front());
  if (!newest) return std::nullopt;
  OwnPlaces places;
  places.newest = TimePoint(Duration(static_cast<std::int64_t>(*newest)));
  for (std::string_view part : parts | std::views::drop(1)) {
    auto tilde = part.find('~');
    if (tilde == std::string_view::npos) return std::nullopt;
    std::string id(part.substr(0, tilde));
    std::string_view position = part.substr(tilde + 1);
    auto sequence = number_in(position);
    if (!is_uuid(id) || (!sequence && position != kNothing)) return std::nullopt;
    places.open.emplace(std::move(id), sequence);
  }
  return places;
}

}  // namespace walrus::api
