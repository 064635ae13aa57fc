#include "testing/dynalite.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>

extern char** environ;

namespace walrus::testing {

namespace {

constexpr std::chrono::milliseconds kPatience{10'000};

struct Pipe {
  std::array<int, 2> ends{-1, -1};
  int reading() const { return ends[0]; }
  int writing() const { return ends[1]; }
};

Pipe make_pipe() {
  Pipe made;
  if (pipe2(made.ends.data(), O_CLOEXEC) != 0) std::abort();
  return made;
}

// The process, with its standard input and output on the pipes; -1 where there is no node.
pid_t spawn_node(const std::string& script, const Pipe& input, const Pipe& output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.reading(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output.writing(), STDOUT_FILENO);
  std::string program = "node", argument = script;
  std::array<char*, 3> arguments{program.data(), argument.data(), nullptr};
  pid_t process = -1;
  int error = posix_spawnp(&process, "node", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return error == 0 ? process : -1;
}

// The number on the first line; 0 where none comes.
int read_port(int descriptor) {
  std::string line;
  pollfd wait{descriptor, POLLIN, 0};
  while (!line.contains('\n') && poll(&wait, 1, static_cast<int>(kPatience.count())) == 1) {
    std::array<char, 32> bytes;
    ssize_t size = read(descriptor, bytes.data(), bytes.size());
    if (size <= 0) break;
    line.append(bytes.data(), static_cast<std::size_t>(size));
  }
  return std::atoi(line.c_str());
}

}  // namespace

std::unique_ptr<Dynalite> Dynalite::start() {
  const char* source = std::getenv("WALRUS_SOURCE_DIR");
  std::filesystem::path tests = std::filesystem::path(source ? source : ".") / "tests";
  if (!std::filesystem::exists(tests / "node_modules/dynalite")) return nullptr;
  Pipe input = make_pipe(), output = make_pipe();
  pid_t process = spawn_node((tests / "dynalite_server.cjs").string(), input, output);
  close(input.reading());
  close(output.writing());
  int port = process < 0 ? 0 : read_port(output.reading());
  close(output.reading());
  if (port != 0) return std::unique_ptr<Dynalite>(new Dynalite(process, input.writing(), port));
  close(input.writing());
  if (process >= 0) waitpid(process, nullptr, 0);
  return nullptr;
}

Dynalite::Dynalite(pid_t process, int standard_input, int port)
    : process_(process), standard_input_(standard_input), port_(port) {}

Dynalite::~Dynalite() {
  close(standard_input_);
  waitpid(process_, nullptr, 0);
}

std::string Dynalite::url() const {
  return fmt::format("http://127.0.0.1:{}/", port_);
}

}  // namespace walrus::testing
