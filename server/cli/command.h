// What the commands share: the options every one of them has, and how they speak.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/client.h"
#include "cli/commands.h"

namespace walrus::cli {

inline const std::string kComingBack = "The connection was lost; taking it up again...";

// Options of every command of the client.
struct Common {
  Server server;
  bool json = false;  // machine-readable output on standard output
};

// Adds --url and --api-key, which are read from WALRUS_URL and WALRUS_API_KEY too.
void add_server(CLI::App& command, Server& server);
// Adds those and --json.
void add_common(CLI::App& command, Common& common);

// Says on standard error what is wrong; the exit code that goes with it. Of an interrupt it says
// nothing: the command knows how to come back.
int complain(const Error& error);
int complain(const Reply& reply);

// A last event or an ended status: its exit code; a failure's words, step and advice on standard
// error, after `label` where there is one.
int judge(const json::object& last, const std::string& label);

// The latest status of a document or, failing that, an operation.
Result<Reply> latest_status(Client& client, const std::string& id);

// On standard error, after Ctrl-C: that the operation goes on, and how to follow it again.
void say_how_to_come_back(const std::string& operation_id);

// A line of JSON on standard output, at once.
void print_json(const json::value& value);

void add_upload(CLI::App& app, int& exit_code);
void add_crawl(CLI::App& app, int& exit_code);
void add_chat(CLI::App& app, int& exit_code);
void add_status(CLI::App& app, int& exit_code);
void add_watch(CLI::App& app, int& exit_code);
void add_cancel(CLI::App& app, int& exit_code);
void add_retry(CLI::App& app, int& exit_code);
void add_list(CLI::App& app, int& exit_code);
void add_remove(CLI::App& app, int& exit_code);
void add_run(CLI::App& app, int& exit_code);
void add_check(CLI::App& app, int& exit_code);
void add_doctor(CLI::App& app, int& exit_code);

}  // namespace walrus::cli
