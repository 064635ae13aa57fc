#include "search/remote_embedder.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <random>

#include "base/ids.h"
#include "base/json.h"
#include "base/worker_pool.h"
#include "search/embeddings_reply.h"

namespace walrus::search {
namespace {

using std::chrono::milliseconds;

constexpr int kBatch = 64;
constexpr int kTries = 4;
constexpr milliseconds kFirstPause{500};  // at most; doubled with each try
constexpr milliseconds kLongestRetryAfter{30'000};
constexpr milliseconds kStopCheck{100};
// 64 rows of 4,096 numbers of 20 characters, six times over.
constexpr std::uint64_t kMaxReplyBytes = 32 << 20;

double draw_evenly() {
  thread_local std::mt19937 random{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(random);
}

std::unexpected<Error> cancelled() {
  return fail(ErrorCode::kCancelled, "Embedding was cancelled.");
}

// False when `stop` came first, which is looked at every 100 ms.
Task<bool> pause(milliseconds duration, std::stop_token stop) {
  while (duration > milliseconds(0) && !stop.stop_requested()) {
    milliseconds slice = std::min(duration, kStopCheck);
    co_await sleep_for(slice);
    duration -= slice;
  }
  co_return !stop.stop_requested();
}

bool can_pass(int status) {
  return status == 408 || status == 429 || status >= 500;
}

std::string_view message_for(int status) {
  switch (status) {
    case 400:
    case 413:
    case 422:
      return "The embedding server refused the text. Check that its model takes texts of 60 words.";
    case 401:
    case 403:
      return "The embedding server refused the key it was given. Check the embedding settings.";
    case 404:
      return "The embedding server does not know the model. Check the embedding settings.";
    case 429:
      return "The embedding server is asked too often. Try again later.";
    default:
      return "The embedding server does not answer as it should. Try again later.";
  }
}

std::optional<milliseconds> retry_after(const net::ClientResponse& response) {
  const std::string* value = response.header("retry-after");
  if (value == nullptr) return std::nullopt;
  std::int64_t seconds = 0;
  const char* end = value->data() + value->size();
  auto [read, error] = std::from_chars(value->data(), end, seconds);
  if (error != std::errc() || read != end || seconds < 0) return std::nullopt;
  return std::chrono::seconds(std::min<std::int64_t>(seconds, 3'600));
}

// Where each text with something in it stands among all.
std::vector<std::size_t> places_of_texts(const std::vector<std::string>& texts) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (!texts[i].empty()) places.push_back(i);
  }
  return places;
}

}  // namespace

struct RemoteEmbedder::Attempt {
  Result<std::vector<float>> result;
  bool can_pass = false;  // another try may go better
  std::optional<milliseconds> retry_after = std::nullopt;
};

RemoteEmbedder::RemoteEmbedder(RemoteEmbedderOptions options, net::HttpClient& http,
                               Executor& workers, const Log& log, Draw draw)
    : options_(std::move(options)),
      http_(http),
      workers_(workers),
      log_(log),
      draw_(draw ? std::move(draw) : draw_evenly) {
  while (options_.url.ends_with('/')) options_.url.pop_back();
  identity_ = fmt::format("openai:{}@{:08x}", options_.model, id_hash(options_.url));
}

bool RemoteEmbedder::understands(std::string_view) const {
  return true;
}

int RemoteEmbedder::batch_size() const {
  return kBatch;
}

net::ClientRequest RemoteEmbedder::request_for(const std::vector<std::string>& texts) const {
  net::ClientRequest request;
  request.method = "POST";
  request.url = options_.url + "/embeddings";
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  if (!options_.api_key.empty()) {
    request.headers.emplace_back("Authorization", "Bearer " + options_.api_key);
  }
  request.body = "{\"model\":";
  append_json_string(request.body, options_.model);
  request.body += ",\"input\":[";
  for (const std::string& text : texts) {
    if (request.body.back() != '[') request.body += ',';
    append_json_string(request.body, text);
  }
  request.body += "]}";
  request.first_byte_timeout = options_.total_timeout;
  request.total_timeout = options_.total_timeout;
  request.max_bytes = kMaxReplyBytes;
  return request;
}

Task<RemoteEmbedder::Attempt> RemoteEmbedder::attempt(net::ClientRequest request, std::size_t count,
                                                      std::stop_token stop) {
  auto response = co_await http_.send(std::move(request), stop);
  if (!response) {
    Error& error = response.error();
    if (error.code == ErrorCode::kCancelled) co_return Attempt{cancelled()};
    bool late = error.code == ErrorCode::kTimeout;
    co_return Attempt{fail(late ? ErrorCode::kTimeout : ErrorCode::kEmbeddingFailed,
                           late ? "The embedding server took too long. Try again later."
                                : "The embedding server cannot be reached. Try again later.",
                           std::move(error.detail)),
                      true};
  }
  int status = response->status;
  if (status / 100 != 2) {
    co_return Attempt{fail(ErrorCode::kEmbeddingFailed, std::string(message_for(status)),
                           fmt::format("status {}", status)),
                      can_pass(status), retry_after(*response)};
  }
  auto read = [&response, count] { return read_embeddings_reply(response->body, count); };
  co_return Attempt{co_await offload(workers_, read)};
}

milliseconds RemoteEmbedder::pause_before(int retry, const Attempt& failed) const {
  if (failed.retry_after) return *failed.retry_after;
  milliseconds most = kFirstPause * (1 << (retry - 1));
  return std::chrono::duration_cast<milliseconds>(most * draw_());
}

Task<Result<std::vector<float>>> RemoteEmbedder::embed_batch(std::vector<std::string> texts,
                                                             std::stop_token stop) {
  for (int tries = 1;; ++tries) {
    net::ClientRequest request = request_for(texts);
    Attempt last = co_await attempt(std::move(request), texts.size(), stop);
    if (stop.stop_requested()) co_return cancelled();
    if (last.result) co_return std::move(last.result);
    log_.warning("embedding failed",
                 {{"embedder", identity_}, {"try", tries}, {"detail", last.result.error().detail}});
    milliseconds wait = pause_before(tries, last);
    bool again = last.can_pass && tries < kTries && wait <= kLongestRetryAfter;
    if (!again) co_return std::move(last.result);
    bool waited = co_await pause(wait, stop);
    if (!waited) co_return cancelled();
  }
}

Task<Result<std::vector<float>>> RemoteEmbedder::embed(std::vector<std::string> texts,
                                                       std::stop_token stop) {
  std::vector<std::size_t> places = places_of_texts(texts);
  std::vector<float> rows;
  std::size_t dimensions = 0;
  for (std::size_t begin = 0; begin < places.size(); begin += kBatch) {
    std::size_t end = std::min(places.size(), begin + kBatch);
    std::vector<std::string> batch;
    for (std::size_t i = begin; i < end; ++i) batch.push_back(std::move(texts[places[i]]));
    Result<std::vector<float>> read = co_await embed_batch(std::move(batch), stop);
    if (!read) co_return std::unexpected(std::move(read.error()));
    if (begin == 0) {
      dimensions = read->size() / (end - begin);
      rows.resize(texts.size() * dimensions);
    }
    if (read->size() != (end - begin) * dimensions) {
      co_return fail(ErrorCode::kEmbeddingFailed,
                     "The embedding server changed the length of its vectors. Try again later.",
                     "batches of different dimensions");
    }
    for (std::size_t i = begin; i < end; ++i) {
      auto row = read->begin() + static_cast<std::ptrdiff_t>((i - begin) * dimensions);
      std::copy_n(row, dimensions,
                  rows.begin() + static_cast<std::ptrdiff_t>(places[i] * dimensions));
    }
  }
  co_return rows;
}

}  // namespace walrus::search
