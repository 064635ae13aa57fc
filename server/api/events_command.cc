#include "api/events_command.h"

#include "api/fields.h"
#include "api/socket_answers.h"

namespace walrus::api {

namespace {

using Action = EventsCommand::Action;

Result<Action> action_of(const json::object& message) {
  const json::string* word = find_string(message, "action");
  if (word && *word == "subscribe") return Action::kSubscribe;
  if (word && *word == "unsubscribe") return Action::kUnsubscribe;
  if (word && *word == "ping") return Action::kPing;
  return fail_field("/action", "must be 'subscribe', 'unsubscribe' or 'ping'");
}

Result<std::map<std::string, std::uint64_t>> after_of(const json::object& message) {
  std::map<std::string, std::uint64_t> after;
  const json::value* member = message.if_contains("after");
  if (!member || member->is_null()) return after;
  if (!member->is_object()) return fail_field("/after", "must be an object of ids and sequences");
  for (const auto& [id, sequence] : member->as_object()) {
    auto number = json::try_value_to<std::uint64_t>(sequence);
    if (!number) return fail_field("/after/" + std::string(id), "must be a sequence");
    after.emplace(id, *number);
  }
  return after;
}

}  // namespace

Result<EventsCommand> parse_events_command(std::string_view text) {
  auto message = message_object(text);
  if (!message) return std::unexpected(message.error());
  auto action = action_of(*message);
  if (!action) return std::unexpected(action.error());
  EventsCommand command{*action, {}, {}};
  if (*action == Action::kPing) return command;
  auto operations = texts_field(*message, "operations", 1, kMaxSubscriptions);
  if (!operations) return std::unexpected(operations.error());
  auto after = after_of(*message);
  if (!after) return std::unexpected(after.error());
  command.operations = without_repetitions(std::move(*operations));
  command.after = std::move(*after);
  return command;
}

}  // namespace walrus::api
