// A website on the manual clock: what a crawl asks, when it asks it, and what it is told.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/executor.h"
#include "crawl/fetcher.h"

namespace walrus::testing {

// Belongs to one thread. A path that it does not know is a 404, robots.txt too.
class ScriptedSite final : public crawl::Fetcher {
 public:
  using Answer = std::function<Result<crawl::FetchedPage>()>;
  static constexpr std::string_view kUrl = "https://site.example/";

  struct Request {
    std::string path;
    Duration when;  // on the monotonic clock
  };

  void put(const std::string& path, Answer answer) { answers_[path] = std::move(answer); }
  void put_page(const std::string& path, std::string html);

  Task<Result<crawl::FetchedPage>> fetch(net::Url url, std::stop_token stop) override;
  Task<Result<crawl::FetchedPage>> fetch_beginning(net::Url url, std::uint64_t bytes,
                                                   std::stop_token stop) override;

  Duration latency = std::chrono::milliseconds(20);
  std::vector<Request> requests;  // in order; that for robots.txt is not among them
  int under_way = 0;
  int most_under_way = 0;

 private:
  std::map<std::string, Answer> answers_;
};

// An HTML page of one paragraph and some links.
std::string page_of(const std::string& text, const std::vector<std::string>& links);

}  // namespace walrus::testing
