#include "testing/scripted_site.h"

#include <algorithm>

namespace walrus::testing {

void ScriptedSite::put_page(const std::string& path, std::string html) {
  put(path, [html = std::move(html)]() -> Result<crawl::FetchedPage> {
    return crawl::FetchedPage{.status = 200, .content_type = "text/html", .body = html};
  });
}

Task<Result<crawl::FetchedPage>> ScriptedSite::fetch(net::Url url, std::stop_token stop) {
  Loop& home = co_await home_loop();
  std::string path = url.path();
  requests.push_back({path, home.clock().monotonic()});
  most_under_way = std::max(most_under_way, ++under_way);
  co_await sleep_for(latency);
  --under_way;
  if (stop.stop_requested()) co_return fail(ErrorCode::kCancelled, "stopped");
  auto known = answers_.find(path);
  if (known == answers_.end()) co_return crawl::FetchedPage{.status = 404};
  co_return known->second();
}

Task<Result<crawl::FetchedPage>> ScriptedSite::fetch_beginning(net::Url url, std::uint64_t,
                                                               std::stop_token) {
  auto known = answers_.find(url.path());
  if (known == answers_.end()) co_return crawl::FetchedPage{.status = 404};
  co_return known->second();
}

std::string page_of(const std::string& text, const std::vector<std::string>& links) {
  std::string html = "<!doctype html><title>" + text.substr(0, 20) + "</title><main><h1>" +
                     text.substr(0, 20) + "</h1><p>" + text + "</p><p>";
  for (const std::string& link : links)
    html.append("<a href=\"").append(link).append("\">").append(link).append("</a> ");
  return html + "</p></main>";
}

}  // namespace walrus::testing
