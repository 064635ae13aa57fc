// Follows an operation to its end, over as many connections as it takes.
#pragma once

#include <functional>
#include <string>

#include "cli/client.h"

namespace walrus::cli {

// What a follower wants to know while it goes on; each may be empty.
struct Listener {
  std::function<void(const json::object& event)> on_event;  // each once, in order; snapshots too
  std::function<void()> on_loss;  // the connection is gone and will be taken up again
};

struct Patience {
  std::chrono::milliseconds first_pause{500};  // before coming back; doubles up to ten times that
  int losses = 8;                              // in a row without an event, then it is given up
  std::chrono::milliseconds silence{45'000};   // three heartbeats
};

// Reads `/v1/operations/{id}/events` until the server ends it, resuming by Last-Event-ID after a
// loss. Gives the last event: of a document's operation a status, of a chat `complete` or `error`.
// Errors: upstream_error (lost for good), cancelled (Ctrl-C), or what the server refused it with.
Result<json::object> follow(Client& client, const std::string& operation_id,
                            const Listener& listener, const Patience& patience = {});

// Begins with a POST, which is sent once whatever happens, and goes on as `follow`. `operation_id`
// is set as soon as it is known, also when it then ends with an error.
Result<json::object> post_and_follow(Client& client, const std::string& path,
                                     const std::string& body, std::string& operation_id,
                                     const Listener& listener, const Patience& patience = {});

// Whether nothing comes after this event.
bool is_last(const json::object& event);
// Whether a last event is a good end.
bool is_success(const json::object& last);

}  // namespace walrus::cli
