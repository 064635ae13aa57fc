#include "api/crawls.h"

#include <fmt/format.h>

#include "api/document_json.h"
#include "api/fields.h"
#include "api/preferred_wait.h"
#include "api/responses.h"
#include "auth/caller.h"
#include "base/ids.h"
#include "crawl/canonical.h"
#include "wire/object_writer.h"

namespace walrus::api {

namespace {

constexpr std::size_t kMostPatterns = 50;
constexpr std::size_t kPatternBytes = 500;

Result<std::vector<std::string>> patterns_field(const json::object& body, std::string_view name) {
  if (!body.contains(name)) return std::vector<std::string>();
  auto patterns = texts_field(body, name, 0, kMostPatterns);
  if (!patterns) return patterns;
  for (const std::string& pattern : *patterns) {
    if (pattern.empty() || pattern.size() > kPatternBytes) {
      return fail_field("/" + std::string(name),
                        fmt::format("must hold patterns of 1 to {} bytes", kPatternBytes));
    }
  }
  return patterns;
}

std::string page_json(const store::PageRecord& page) {
  std::string text;
  wire::ObjectWriter shown(text);
  shown.text("url", page.url);
  shown.text("state", store::name_of(page.state));
  shown.number("depth", page.depth);
  if (!page.reason.empty()) shown.text("reason", page.reason);
  if (!page.duplicate_of.empty()) shown.text("dup_of", page.duplicate_of);
  if (page.state == store::PageState::kCrawled) {
    shown.text("title", page.title);
    shown.number("chunks_created", page.chunk_count);
  }
  shown.close();
  return text;
}

std::unexpected<Error> no_site(std::string_view id) {
  return fail(ErrorCode::kNotFound,
              fmt::format("Website '{}' was not found. The id may be wrong, it may be that of a "
                          "file, or the site may have been deleted.",
                          id));
}

}  // namespace

Result<pipelines::CrawlInput> crawl_from_json(const json::object& body) {
  auto url = text_field(body, "url", 1, crawl::kMostUrlBytes);
  if (!url) return std::unexpected(url.error());
  auto root = crawl::parse_root(*url);
  if (!root) return std::unexpected(root.error());
  auto depth = integer_field(body, "max_depth", 1, 5, 2);
  if (!depth) return std::unexpected(depth.error());
  auto pages = integer_field(body, "max_pages", 1, 10'000, 50);
  if (!pages) return std::unexpected(pages.error());
  auto include = patterns_field(body, "include");
  if (!include) return std::unexpected(include.error());
  auto exclude = patterns_field(body, "exclude");
  if (!exclude) return std::unexpected(exclude.error());
  auto sitemap = boolean_field(body, "sitemap");
  if (!sitemap) return std::unexpected(sitemap.error());
  auto drop_tracking = boolean_field(body, "drop_tracking");
  if (!drop_tracking) return std::unexpected(drop_tracking.error());
  auto render = boolean_field(body, "render");
  if (!render) return std::unexpected(render.error());
  if (*render == true) {
    return fail_field("/render", "is reserved: pages are read as the site sends them");
  }
  return pipelines::CrawlInput{.url = crawl::page_key(*root, crawl::Tracking::kKept),
                               .max_depth = static_cast<int>(*depth),
                               .max_pages = static_cast<int>(*pages),
                               .include = std::move(*include),
                               .exclude = std::move(*exclude),
                               .sitemap = sitemap->value_or(false),
                               .drop_tracking = drop_tracking->value_or(false)};
}

Task<Result<http::Response>> Crawls::begin(http::Request request) {
  auto body = json_body(request);
  if (!body) co_return std::unexpected(body.error());
  auto input = crawl_from_json(*body);
  if (!input) co_return std::unexpected(input.error());
  auto repeatable = RepeatableRequest::from(request, std::move(*body));
  if (!repeatable) co_return std::unexpected(repeatable.error());
  Accept begin = [this, owner = auth::owner_of(request), input = std::move(*input),
                  loop = request.loop, repeatable = *repeatable]() mutable {
    return accept(std::move(owner), std::move(input), loop, std::move(repeatable));
  };
  auto answer = co_await answer_once(services_.store, std::move(*repeatable), std::move(begin));
  if (!answer) co_return std::unexpected(answer.error());
  UploadWait wait = upload_wait(request, 201);
  co_return co_await respond_to_upload(services_.hub, services_.store, *answer, std::move(wait));
}

Task<Result<FirstAnswer>> Crawls::accept(std::string owner, pipelines::CrawlInput input, Loop* loop,
                                         RepeatableRequest repeatable) {
  TimePoint now = services_.clock.now();
  store::DocumentRecord document{.id = new_uuid(now),
                                 .owner = std::move(owner),
                                 .type = "web_crawl",
                                 .url = input.url,
                                 .crawl_depth = input.max_depth,
                                 .created_at = now,
                                 .updated_at = now,
                                 .operation_id = services_.hub.new_operation_id(*loop)};
  pipelines::QueuedWork queued = pipelines::queued_crawl(document, input, now);
  store::WriteBatch with;
  with.mutations.push_back(store::PutDocument{document, true});
  FirstAnswer answer =
      accepted_answer(document, {{"url", document.url},
                                 {"crawl_depth", input.max_depth},
                                 {"crawl_pages", input.max_pages},
                                 {"pages_url", "/v1/documents/" + document.id + "/pages"}});
  repeatable.remember(with, answer, now);
  Result<void> accepted = co_await services_.jobs.accept(std::move(queued.record),
                                                         std::move(queued.first), std::move(with));
  if (!accepted) co_return std::unexpected(accepted.error());
  co_return answer;
}

Task<Result<http::Response>> Crawls::pages(http::Request request) {
  auto page = page_of(request, 50, 100);
  if (!page) co_return std::unexpected(page.error());
  const std::string& id = request.parameter("document_id");
  if (!is_uuid(id)) co_return no_site(id);
  auto document = co_await services_.store.document(auth::owner_of(request), id);
  if (!document) co_return std::unexpected(document.error());
  if (!*document || (*document)->type != "web_crawl") co_return no_site(id);
  // What is searched; else what is worked at.
  int shown =
      (*document)->active_version > 0 ? (*document)->active_version : (*document)->latest_version;
  auto listing = co_await services_.store.pages(id, shown, *page);
  if (!listing) co_return std::unexpected(listing.error());
  wire::ArrayWriter pages;
  for (const store::PageRecord& each : listing->records) pages.raw(page_json(each));
  http::Response response = http::Response::json(200, std::move(pages).finish());
  if (!listing->next.empty()) response.headers.set("X-Next-Cursor", listing->next);
  forbid_caching(response);
  co_return response;
}

}  // namespace walrus::api
