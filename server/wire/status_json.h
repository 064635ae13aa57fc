// Statuses and events as JSON text, the shapes of api.md. Written by hand: this is the hot path.
#pragma once

#include <string>

#include "status/operation.h"

namespace walrus::wire {

// The document shape, with `kind` and, of a chat, `conversation_id`.
std::string status_json(const status::State& state);

// Appends an event as every transport carries it. `state` is the one after the event.
void append_event(std::string& out, const status::State& state, const status::Event& event);

// An event as a history lists it; chunks are not listed.
std::string history_json(const status::State& state, const status::Event& event);

// {"type":"snapshot", ...} with an answer's text so far.
std::string snapshot_json(const status::State& state, const std::string& content);

}  // namespace walrus::wire
