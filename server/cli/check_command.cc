#include <fmt/format.h>

#include <fstream>
#include <iostream>

#include "cli/command.h"
#include "cli/terminal_text.h"
#include "crawl/canonical.h"
#include "crawl/robots.h"
#include "net/url.h"

namespace walrus::cli {

namespace {

struct UrlArguments {
  std::string url;
  std::string base;
  bool crawl = false;
};

struct RobotsArguments {
  std::string file;
  std::string agent;
  std::string url;
};

// Every refusal is an answer here, and no wrong usage.
int refuse(const Error& error) {
  complain(error);
  return kFailed;
}

Result<net::Url> parse_argument(const char* name, const std::string& text, const net::Url* base) {
  auto url = net::Url::parse(text, base);
  return url ? url : fail_field(name, url.error().message);
}

int check_url(const UrlArguments& arguments, bool has_base) {
  std::optional<net::Url> base;
  if (has_base) {
    auto parsed = parse_argument("BASE", arguments.base, nullptr);
    if (!parsed) return refuse(parsed.error());
    base = std::move(*parsed);
  }
  auto url = parse_argument("URL", arguments.url, base ? &*base : nullptr);
  if (url && arguments.crawl) url = crawl::parse_root(url->href());
  if (!url) return refuse(url.error());
  fmt::print("{}\n", url->href());
  return kDone;
}

// As much as a crawler reads, and a byte more, which says that there is more.
Result<std::string> read_robots(std::istream& input) {
  std::string text(crawl::Robots::kMostBytes + 1, '\0');
  input.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (input.bad()) return fail(ErrorCode::kNotFound, "The file cannot be read.");
  text.resize(static_cast<std::size_t>(input.gcount()));
  return text;
}

Result<std::string> read_robots(const std::string& name) {
  if (name == "-") return read_robots(std::cin);
  std::ifstream file(name, std::ios::binary);
  if (!file) return fail(ErrorCode::kNotFound, fmt::format("{} cannot be read.", name));
  return read_robots(file);
}

int check_robots(const RobotsArguments& arguments) {
  auto text = read_robots(arguments.file);
  if (!text) return complain(text.error());
  auto verdict = crawl::Robots::parse(*text, arguments.agent).check(arguments.url);
  fmt::print("{}\n", verdict.allowed ? "allowed" : "disallowed");
  if (verdict.line == 0) {
    fmt::print("  no rule matches\n");
  } else {
    fmt::print("  line {}: {}\n", verdict.line, one_line(verdict.rule));
  }
  return kDone;
}

void add_check_url(CLI::App& check, int& exit_code) {
  auto arguments = std::make_shared<UrlArguments>();
  CLI::App* command = check.add_subcommand("url", "Print a URL's normal form, or what is wrong");
  command->add_option("URL", arguments->url, "what a link says")->required()->type_name("");
  CLI::Option* base =
      command->add_option("BASE", arguments->base, "the page it is on")->type_name("");
  command->add_flag("--crawl", arguments->crawl, "refuse too what no crawl may begin at");
  command->footer(
      "Examples:\n"
      "  walrus check url HTTP://Example.com:80/a/../b\n"
      "  walrus check url ../images https://example.com/docs/page\n"
      "  walrus check url --crawl https://user@example.com/\n\n"
      "Exit code: 0 it is a URL, 1 it is none or is refused.");
  command->callback(
      [arguments, base, &exit_code] { exit_code = check_url(*arguments, base->count() > 0); });
}

void add_check_robots(CLI::App& check, int& exit_code) {
  auto arguments = std::make_shared<RobotsArguments>();
  CLI::App* command =
      check.add_subcommand("robots", "Say whether a robots.txt allows a crawler a URL");
  command->add_option("FILE", arguments->file, "a robots.txt; - is standard input")
      ->required()
      ->type_name("");
  command->add_option("AGENT", arguments->agent, "the crawler's name")->required()->type_name("");
  command->add_option("URL", arguments->url, "what it would fetch")->required()->type_name("");
  command->footer(
      "Prints 'allowed' or 'disallowed', and the rule that decides.\n\n"
      "Examples:\n"
      "  walrus check robots robots.txt WalrusBot https://example.com/private/a\n"
      "  curl -s https://example.com/robots.txt | walrus check robots - WalrusBot "
      "https://example.com/\n\n"
      "Exit code: 0 allowed or disallowed, 1 the file cannot be read.");
  command->callback([arguments, &exit_code] { exit_code = check_robots(*arguments); });
}

}  // namespace

void add_check(CLI::App& app, int& exit_code) {
  CLI::App* check = app.add_subcommand("check", "See a URL or a robots.txt as a crawl sees it");
  check->require_subcommand(1);
  check->footer(
      "Needs no server.\n\n"
      "Examples:\n"
      "  walrus check url ../images https://example.com/docs/page\n"
      "  walrus check robots robots.txt WalrusBot https://example.com/private/a");
  add_check_url(*check, exit_code);
  add_check_robots(*check, exit_code);
}

}  // namespace walrus::cli
