#include "search/embeddings_reply.h"

#include <cmath>
#include <optional>

#include "base/json.h"

namespace walrus::search {
namespace {

std::unexpected<Error> broken(std::string detail) {
  return fail(ErrorCode::kEmbeddingFailed,
              "The embedding server's reply cannot be used. Check that it serves embeddings.",
              std::move(detail));
}

std::optional<float> finite_number(const json::value& value) {
  boost::system::error_code error;
  auto number = static_cast<float>(value.to_number<double>(error));
  if (error || !std::isfinite(number)) return std::nullopt;
  return number;
}

// An empty row is allowed here: what it may not be is of another length than the rest.
std::optional<std::vector<float>> read_row(const json::object& item) {
  const json::value* embedding = item.if_contains("embedding");
  const json::array* numbers = embedding ? embedding->if_array() : nullptr;
  if (numbers == nullptr) return std::nullopt;
  std::vector<float> row;
  row.reserve(numbers->size());
  for (const json::value& value : *numbers) {
    std::optional<float> number = finite_number(value);
    if (!number) return std::nullopt;
    row.push_back(*number);
  }
  return row;
}

// In double: squares of large floats are no floats.
void normalize(std::vector<float>& row) {
  double squares = 0;
  for (float number : row) squares += double{number} * number;
  if (squares == 0) return;
  double inverse = 1 / std::sqrt(squares);
  for (float& number : row) number = static_cast<float>(number * inverse);
}

}  // namespace

Result<std::vector<float>> read_embeddings_reply(std::string_view body, std::size_t count) {
  Result<json::value> reply = parse_json(body);
  const json::object* object = reply ? reply->if_object() : nullptr;
  const json::value* data = object ? object->if_contains("data") : nullptr;
  const json::array* items = data ? data->if_array() : nullptr;
  if (items == nullptr) return broken("no data in the reply");
  if (items->size() != count) return broken("another number of rows than of texts");

  std::vector<std::vector<float>> rows(count);
  std::size_t dimensions = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const json::object* item = (*items)[i].if_object();
    if (item == nullptr) return broken("a row is no object");
    std::int64_t place = find_integer(*item, "index").value_or(static_cast<std::int64_t>(i));
    if (place < 0 || place >= static_cast<std::int64_t>(count))
      return broken("a row's index is wrong");
    std::vector<float>& row = rows[static_cast<std::size_t>(place)];
    if (!row.empty()) return broken("two rows have one index");
    std::optional<std::vector<float>> numbers = read_row(*item);
    if (!numbers || numbers->empty()) return broken("a row is not of finite numbers");
    if (dimensions == 0) dimensions = numbers->size();
    if (numbers->size() != dimensions) return broken("rows of different lengths");
    row = std::move(*numbers);
    normalize(row);
  }
  std::vector<float> all;
  all.reserve(count * dimensions);
  for (const std::vector<float>& row : rows) all.insert(all.end(), row.begin(), row.end());
  return all;
}

}  // namespace walrus::search
