#include "api/search.h"

#include "api/fields.h"
#include "api/responses.h"
#include "auth/caller.h"
#include "pipelines/chunk_id.h"

namespace walrus::api {

namespace {

json::object result_json(const pipelines::Passage& passage) {
  json::object shown;
  shown["document_id"] = passage.chunk.document_id;
  shown["chunk_id"] = pipelines::chunk_id(passage.chunk);
  shown["score"] = passage.score;
  shown["text"] = passage.chunk.text;
  if (passage.url.empty()) {
    shown["filename"] = passage.filename;
  } else {
    shown["url"] = passage.url;
  }
  if (passage.chunk.page > 0) shown["page"] = passage.chunk.page;
  if (!passage.chunk.heading.empty()) shown["heading"] = passage.chunk.heading;
  shown["start"] = passage.chunk.start;
  shown["end"] = passage.chunk.end;
  return shown;
}

}  // namespace

Task<Result<http::Response>> Search::search(http::Request request) {
  Duration began = services_.clock.monotonic();
  auto body = json_body(request);
  if (!body) co_return std::unexpected(body.error());
  auto query = text_field(*body, "query", 1, 4000);
  if (!query) co_return std::unexpected(query.error());
  auto k = integer_field(*body, "k", 1, 100, 8);
  if (!k) co_return std::unexpected(k.error());
  auto filter = filter_field(*body);
  if (!filter) co_return std::unexpected(filter.error());
  std::string owner = auth::owner_of(request);
  auto passages = co_await services_.retriever.retrieve(std::move(owner), std::move(*query),
                                                        static_cast<int>(*k), std::move(*filter),
                                                        std::stop_token());
  if (!passages) co_return std::unexpected(passages.error());
  json::array results;
  for (const pipelines::Passage& passage : *passages) results.push_back(result_json(passage));
  Duration took = services_.clock.monotonic() - began;
  json::object answer;
  answer["results"] = std::move(results);
  answer["took_ms"] = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  co_return http::Response::json(200, json::serialize(answer));
}

}  // namespace walrus::api
