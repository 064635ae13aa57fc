#include <fmt/format.h>

#include "cli/command.h"
#include "cli/follow.h"
#include "cli/progress_line.h"

namespace walrus::cli {

namespace {

// Longer, since nothing is lost by asking again: the server has the crawl or it has not.
constexpr std::chrono::seconds kSilence{60};

struct Arguments {
  Common common;
  std::string url;
  int max_depth = 2;
  int max_pages = 50;
  std::vector<std::string> include;
  std::vector<std::string> exclude;
  bool sitemap = false;
  bool list = false;
  bool no_wait = false;
};

std::string body_of(const Arguments& arguments) {
  json::object body{{"url", arguments.url},
                    {"max_depth", arguments.max_depth},
                    {"max_pages", arguments.max_pages}};
  if (!arguments.include.empty()) body["include"] = json::value_from(arguments.include);
  if (!arguments.exclude.empty()) body["exclude"] = json::value_from(arguments.exclude);
  if (arguments.sitemap) body["sitemap"] = true;
  return json::serialize(body);
}

std::int64_t counter_of(const json::object& status, std::string_view name) {
  const json::object* counters = find_object(status, "status_metadata");
  return counters ? find_integer(*counters, name).value_or(0) : 0;
}

// "12 of 50 pages  https://a.example/docs/"
std::string pages_of(const json::object& status) {
  std::string text = fmt::format("{} of {} pages", counter_of(status, "pages_crawled"),
                                 counter_of(status, "pages_total"));
  const json::object* counters = find_object(status, "status_metadata");
  std::string url = counters ? text_member(*counters, "current_url") : "";
  return url.empty() ? text : text + "  " + url;
}

// One line a page: its state, its URL, and why where it was not taken.
int list_pages(Client& client, const std::string& document_id) {
  std::string cursor;
  do {
    std::string path = "/v1/documents/" + document_id + "/pages?limit=100";
    if (!cursor.empty()) path += "&cursor=" + percent_encode(cursor);
    auto reply = client.get(path);
    if (!reply) return complain(reply.error());
    auto pages = parse_json(reply->body);
    if (reply->status != 200 || !pages || !pages->is_array()) return complain(*reply);
    for (const json::value& each : pages->get_array()) {
      const json::object& shown = each.as_object();
      std::string why = text_member(shown, "reason");
      std::string of = text_member(shown, "dup_of");
      if (!of.empty()) why += (why.empty() ? "near " : " of ") + of;
      fmt::print("{:<8} {}{}\n", text_member(shown, "state"), one_line(text_member(shown, "url")),
                 why.empty() ? "" : "  (" + one_line(why) + ")");
    }
    cursor = reply->next_cursor;
  } while (!cursor.empty());
  return kDone;
}

class Crawling {
 public:
  Crawling(Client& client, const Arguments& arguments) : client_(client), arguments_(arguments) {}

  int run() {
    auto reply = client_.post_json("/v1/documents/crawl", body_of(arguments_), kSilence,
                                   new_idempotency_key());
    if (!reply) return complain(reply.error());
    auto accepted = object_of(*reply);
    if (reply->status != 202 || !accepted) return complain(*reply);
    document_id_ = text_member(*accepted, "document_id");
    operation_id_ = text_member(*accepted, "operation_id");
    if (!arguments_.no_wait) return follow_to_end();
    if (arguments_.common.json) {
      print_json(*accepted);
    } else {
      fmt::print("{}  {}\n", document_id_, one_line(arguments_.url));
    }
    return kDone;
  }

 private:
  int follow_to_end() {
    Listener listener;
    if (!arguments_.common.json) {
      listener.on_event = [this](const json::object& event) { show(event); };
      listener.on_loss = [this] { line_.show_text("", kComingBack); };
    }
    auto last = follow(client_, operation_id_, listener);
    if (!last) {
      line_.finish();
      int code = complain(last.error());
      say_how_to_come_back(operation_id_);
      return code;
    }
    return report(std::move(*last));
  }

  void show(const json::object& event) {
    bool crawling = text_member(event, "processing_step") == "crawling";
    line_.show(crawling ? one_line(pages_of(event)) : "", event);
  }

  int report(json::object last) {
    is_success(last) ? line_.clear() : line_.finish();
    int code = judge(last, arguments_.url);
    if (arguments_.common.json) {
      last.erase("type");
      print_json(last);
    } else if (code == kDone) {
      fmt::print("{}  {}  {} pages, {} failed, {} skipped, {} chunks\n", document_id_,
                 one_line(arguments_.url), counter_of(last, "pages_crawled"),
                 counter_of(last, "pages_failed"), counter_of(last, "pages_skipped"),
                 counter_of(last, "chunks_created"));
    }
    if (!arguments_.list) return code;
    return std::max<int>(code, list_pages(client_, document_id_));
  }

  Client& client_;
  const Arguments& arguments_;
  ProgressLine line_{stderr};
  std::string document_id_;
  std::string operation_id_;
};

}  // namespace

void add_crawl(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("crawl", "Crawl a website and follow it to its end");
  command->add_option("URL", arguments->url, "where to begin; only what lies below is crawled")
      ->required()
      ->type_name("");
  command->add_option("--depth", arguments->max_depth, "how far from it: 1 is that page alone")
      ->check(CLI::Range(1, 5))
      ->capture_default_str()
      ->type_name("N");
  command->add_option("--pages", arguments->max_pages, "how many pages at most")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str()
      ->type_name("N");
  command
      ->add_option("--include", arguments->include, "only URLs of this pattern, such as '/docs/*'")
      ->type_name("PATTERN");
  command->add_option("--exclude", arguments->exclude, "no URLs of this pattern")
      ->type_name("PATTERN");
  command->add_flag("--sitemap", arguments->sitemap, "begin with the site's sitemaps, too");
  command->add_flag("--list", arguments->list, "at the end, a line for each page");
  command->add_flag("--no-wait", arguments->no_wait,
                    "return as soon as the server has it, and print the document's id");
  add_common(*command, arguments->common);
  command->footer(
      "Examples:\n"
      "  walrus crawl https://example.com/docs/\n"
      "  walrus crawl --depth 3 --pages 500 --exclude '*/archive/*' https://example.com/\n"
      "  walrus crawl --list https://example.com/docs/ | grep failed\n\n"
      "Exit code: 0 completed, 1 failed, 2 usage, 3 no server, 130 Ctrl-C.");
  command->callback([arguments, &exit_code] {
    Interrupt interrupt;
    Client client(arguments->common.server, &interrupt);
    exit_code = Crawling(client, *arguments).run();
  });
}

}  // namespace walrus::cli
