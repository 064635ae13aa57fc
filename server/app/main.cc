#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "api/routes.h"
#include "app/application.h"
#include "app/settings.h"
#include "cli/commands.h"
#include "store/backup.h"

namespace walrus::app {
namespace {

constexpr int kBadConfiguration = 78;  // EX_CONFIG of sysexits.h

// The flags of one subcommand, as they were given.
struct Flags {
  std::map<std::string, std::string> texts;
  std::map<std::string, bool> switches;

  std::map<std::string, std::string> given(const CLI::App& command) const {
    std::map<std::string, std::string> all;
    for (const auto& [name, text] : texts) {
      if (command.count("--" + name) > 0) all[name] = text;
    }
    for (const auto& [name, on] : switches) {
      if (command.count("--" + name) > 0) all[name] = on ? "true" : "false";
    }
    return all;
  }
};

void add_settings(CLI::App& command, Flags& flags) {
  for (const Setting& setting : settings()) {
    std::string name(setting.name);
    std::string help = std::string(setting.help) + " [" + environment_name(setting) + "]";
    if (!setting.fallback.empty() && !setting.is_switch)
      help += " (" + std::string(setting.fallback) + ")";
    if (setting.is_switch) {
      command.add_flag("--" + name, flags.switches[name], help);
    } else {
      command.add_option("--" + name, flags.texts[name], help)->type_name("");
    }
  }
}

int complain(const Error& error, int exit_code) {
  std::fprintf(stderr, "walrus: %s\n", error.message.c_str());
  if (!error.detail.empty()) std::fprintf(stderr, "  %s\n", error.detail.c_str());
  return exit_code;
}

int serve(const Values& values) {
  auto config = config_from(values);
  if (!config) return complain(config.error(), kBadConfiguration);
  // Blocked before any thread exists, so that only sigwait below takes them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  auto application = Application::create(std::move(*config));
  if (!application) return complain(application.error(), 1);
  Result<void> started = (*application)->start();
  if (!started) {
    int code = complain(started.error(), 1);
    // Work may be at it already: leave as a crash would, the next start goes on.
    std::fflush(stderr);
    _exit(code);
  }
  (*application)
      ->log()
      .info("walrus is ready",
            {{"version", WALRUS_VERSION},
             {"port", (*application)->port()},
             {"url", "http://localhost:" + std::to_string((*application)->port())}});
  int signal_number = 0;
  sigwait(&signals, &signal_number);
  // A second signal ends the process at once.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  if (!(*application)->shut_down()) _exit(1);
  return 0;
}

int print_config(const Values& values, bool as_json) {
  auto config = config_from(values);
  if (!config) return complain(config.error(), kBadConfiguration);
  std::string text = as_json ? describe_json(values) + "\n" : describe(values);
  std::fputs(text.c_str(), stdout);
  return 0;
}

int run(int argc, char** argv) {
  CLI::App app("Walrus: documents in, answers out, and every step in between shown live.",
               "walrus");
  app.set_version_flag("--version", WALRUS_VERSION);
  app.require_subcommand(1);
  int exit_code = 0;
  auto with_values = [&exit_code](const CLI::App& command, const Flags& flags, auto act) {
    auto values = resolve(flags.given(command), environ);
    exit_code = values ? act(*values) : complain(values.error(), kBadConfiguration);
  };

  Flags serve_flags;
  CLI::App* serve_command = app.add_subcommand("serve", "Run the server");
  add_settings(*serve_command, serve_flags);
  serve_command->callback([&] { with_values(*serve_command, serve_flags, serve); });

  Flags config_flags;
  bool config_json = false;
  CLI::App* config_command =
      app.add_subcommand("config", "Show the effective configuration and where it comes from");
  add_settings(*config_command, config_flags);
  config_command->add_flag("--json", config_json, "as JSON");
  config_command->callback([&] {
    with_values(*config_command, config_flags,
                [&](const Values& values) { return print_config(values, config_json); });
  });

  Flags backup_flags;
  std::string archive;
  CLI::App* backup_command = app.add_subcommand(
      "backup", "Write everything in the data folder to one file, while the server runs");
  add_settings(*backup_command, backup_flags);
  backup_command->add_option("FILE", archive, "the archive to write; must not exist")->required();
  backup_command->callback([&] {
    with_values(*backup_command, backup_flags, [&](const Values& values) {
      Result<void> done = store::backup(values.text("data-dir"), archive);
      return done ? 0 : complain(done.error(), 1);
    });
  });

  Flags restore_flags;
  CLI::App* restore_command =
      app.add_subcommand("restore", "Unpack a backup into an empty data folder");
  add_settings(*restore_command, restore_flags);
  restore_command->add_option("FILE", archive, "an archive that 'walrus backup' wrote")->required();
  restore_command->callback([&] {
    with_values(*restore_command, restore_flags, [&](const Values& values) {
      Result<void> done = store::restore(archive, values.text("data-dir"));
      return done ? 0 : complain(done.error(), 1);
    });
  });

  CLI::App* routes_command = app.add_subcommand("routes", "List the server's routes")->group("");
  routes_command->callback([] {
    for (const std::string& route : api::route_names()) std::puts(route.c_str());
  });

  cli::add_commands(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : cli::kUsage;
  }
  return exit_code;
}

}  // namespace
}  // namespace walrus::app

int main(int argc, char** argv) {
  try {
    return walrus::app::run(argc, argv);
  } catch (const std::exception& bug) {
    std::fprintf(stderr, "walrus: %s\n", bug.what());
    return 70;
  }
}
