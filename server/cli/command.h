// What the commands share: the options every one of them has, and how they speak.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/client.h"
#include "cli/commands.h"

namespace walrus::cli {

// Options of every command of the client.
struct Common {
  Server server;
  bool json = false;  // machine-readable output on standard output
};

// Adds --url, --api-key and --json, read from WALRUS_URL and WALRUS_API_KEY too.
void add_common(CLI::App& command, Common& common);

// Says an error on standard error; the exit code that goes with it.
int complain(const Error& error);
int complain(const Reply& reply);

// A status that has ended: its exit code; a failure's words, step and advice on standard error.
int judge(const json::object& status, const std::string& label);

void add_upload(CLI::App& app, int& exit_code);
void add_chat(CLI::App& app, int& exit_code);
void add_status(CLI::App& app, int& exit_code);
void add_watch(CLI::App& app, int& exit_code);
void add_list(CLI::App& app, int& exit_code);
void add_remove(CLI::App& app, int& exit_code);

}  // namespace walrus::cli
