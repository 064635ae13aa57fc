// What `walrus doctor` looks at through the URL: the server, and whatever stands before it.
#pragma once

#include <optional>
#include <string>

#include "cli/client.h"
#include "cli/findings.h"

namespace walrus::cli {

struct ServerQuestions {
  std::string url;
  std::string origin;     // of a page that uses the API from elsewhere; empty for none
  bool heartbeat = true;  // wait for the stream's heartbeat
  std::chrono::milliseconds silence{5'000};  // of a stream's first bytes, and of a WebSocket
};

// Whether Walrus answers at all; no other check makes sense where it does not.
Finding check_server(Client& client, const std::string& url);

// The rest, one after the other, until Ctrl-C.
Result<void> check_all(Client& client, const ServerQuestions& questions, Findings& findings);

// In server_checks_streams.cc.
Finding check_stream(Client& client, const ServerQuestions& questions);
Finding check_heartbeat(Client& client);
Finding check_web_socket(Client& client, const ServerQuestions& questions);
Finding check_long_poll(Client& client);

// An error, or an answer other than what was to come, as a finding.
Finding wrong(std::string check, std::string saw, std::string mend = {});
Finding refused(std::string check, const Reply& reply);
// Whether Walrus itself answered, and no proxy in its place.
bool is_from_walrus(const Reply& reply);
// As a browser has it: "http://localhost:8000".
std::string origin_of(const std::string& url);

}  // namespace walrus::cli
