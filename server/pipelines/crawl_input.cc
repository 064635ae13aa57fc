#include "pipelines/crawl_input.h"

namespace walrus::pipelines {

namespace {

std::vector<std::string> texts_of(const json::object& object, std::string_view name) {
  std::vector<std::string> texts;
  const json::value* member = object.if_contains(name);
  if (!member || !member->is_array()) return texts;
  for (const json::value& each : member->get_array()) {
    if (each.is_string()) texts.emplace_back(each.get_string());
  }
  return texts;
}

bool flag_of(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  return member && member->is_bool() && member->get_bool();
}

}  // namespace

json::object to_json(const CrawlInput& input) {
  return {{"version", input.version},
          {"pages_of", input.pages_of},
          {"url", input.url},
          {"max_depth", input.max_depth},
          {"max_pages", input.max_pages},
          {"include", json::value_from(input.include)},
          {"exclude", json::value_from(input.exclude)},
          {"sitemap", input.sitemap},
          {"drop_tracking", input.drop_tracking}};
}

CrawlInput crawl_input_from(const json::object& stored) {
  CrawlInput input;
  input.version = static_cast<int>(find_integer(stored, "version").value_or(1));
  input.pages_of = static_cast<int>(find_integer(stored, "pages_of").value_or(0));
  if (const json::string* url = find_string(stored, "url")) input.url = *url;
  input.max_depth = static_cast<int>(find_integer(stored, "max_depth").value_or(2));
  input.max_pages = static_cast<int>(find_integer(stored, "max_pages").value_or(50));
  input.include = texts_of(stored, "include");
  input.exclude = texts_of(stored, "exclude");
  input.sitemap = flag_of(stored, "sitemap");
  input.drop_tracking = flag_of(stored, "drop_tracking");
  return input;
}

QueuedWork queued_crawl(const store::DocumentRecord& document, const CrawlInput& input,
                        TimePoint now) {
  return queued_work(document, status::Kind::kWebCrawl, to_json(input), now);
}

}  // namespace walrus::pipelines
