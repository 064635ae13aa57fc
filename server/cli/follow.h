// Follows an operation to its end, over as many connections as it takes.
#pragma once

#include <functional>
#include <string>

#include "cli/client.h"

namespace walrus::cli {

// Gets each event's object once, in order; snapshots too.
using OnEvent = std::function<void(const json::object& event)>;

struct FollowOptions {
  std::chrono::milliseconds first_pause{500};  // before coming back; doubles up to ten times that
  int losses = 8;                              // in a row without an event, then it is given up
  std::chrono::seconds silence{45};            // three heartbeats
};

// Reads `/v1/operations/{id}/events`, resuming by Last-Event-ID after a loss, until the server ends
// it. `last_event_id` is where to go on. Errors: upstream_error (lost for good), not_found and
// others as the server says.
Result<void> follow(Client& client, const std::string& operation_id, std::string last_event_id,
                    const OnEvent& on_event, const FollowOptions& options = {});

// Begins with a POST, which is sent once whatever happens, and goes on as `follow`. Gives the
// operation's id to `on_begun` when it is known.
Result<void> post_and_follow(Client& client, const std::string& path, const std::string& body,
                             const std::function<void(const std::string& operation_id)>& on_begun,
                             const OnEvent& on_event, const FollowOptions& options = {});

// Whether nothing comes after this event.
bool is_last(const json::object& event);

}  // namespace walrus::cli
