#include "cli/client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <memory>

namespace walrus::cli {

struct Client::Transfer {
  explicit Transfer(const Server& server, const std::string& path) : easy(curl_easy_init()) {
    std::string base = server.url;
    while (base.ends_with('/')) base.pop_back();
    url = base + path;
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, 5'000L);
    if (!server.api_key.empty()) add_header("Authorization: Bearer " + server.api_key);
  }
  Transfer(const Transfer&) = delete;
  ~Transfer() {
    curl_mime_free(form);
    curl_slist_free_all(headers);
    curl_easy_cleanup(easy);
  }
  void add_header(const std::string& line) { headers = curl_slist_append(headers, line.c_str()); }

  CURL* easy;
  curl_slist* headers = nullptr;
  curl_mime* form = nullptr;
  std::string url;
  Reply reply;
  OnBytes on_bytes;
  bool ended_by_reader = false;
};

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

void take_header(std::string_view line, std::string_view name, std::string& out) {
  if (line.size() <= name.size() || lower(line.substr(0, name.size())) != name) return;
  std::string_view value = line.substr(name.size());
  while (!value.empty() && std::isspace(static_cast<unsigned char>(value.front())))
    value.remove_prefix(1);
  while (!value.empty() && std::isspace(static_cast<unsigned char>(value.back())))
    value.remove_suffix(1);
  out = value;
}

}  // namespace

Result<Reply> Client::run(Transfer& transfer) {
  auto on_header = [](char* data, std::size_t, std::size_t size, void* context) -> std::size_t {
    auto& reply = static_cast<Transfer*>(context)->reply;
    take_header({data, size}, "x-next-cursor:", reply.next_cursor);
    take_header({data, size}, "x-operation-id:", reply.operation_id);
    return size;
  };
  auto on_body = [](char* data, std::size_t, std::size_t size, void* context) -> std::size_t {
    auto& self = *static_cast<Transfer*>(context);
    long status = 0;
    curl_easy_getinfo(self.easy, CURLINFO_RESPONSE_CODE, &status);
    if (!self.on_bytes || status != 200) {
      self.reply.body.append(data, size);
      return size;
    }
    if (self.on_bytes({data, size})) return size;
    self.ended_by_reader = true;
    return CURL_WRITEFUNC_ERROR;
  };
  using Callback = std::size_t (*)(char*, std::size_t, std::size_t, void*);
  curl_easy_setopt(transfer.easy, CURLOPT_HEADERFUNCTION, static_cast<Callback>(on_header));
  curl_easy_setopt(transfer.easy, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(transfer.easy, CURLOPT_WRITEFUNCTION, static_cast<Callback>(on_body));
  curl_easy_setopt(transfer.easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(transfer.easy, CURLOPT_HTTPHEADER, transfer.headers);
  CURLcode code = curl_easy_perform(transfer.easy);
  long status = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
  transfer.reply.status = static_cast<int>(status);
  if (code == CURLE_OK || transfer.ended_by_reader) return std::move(transfer.reply);
  if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST) {
    return fail(
        ErrorCode::kUpstreamError,
        fmt::format(
            "No server answers at {}. Start one with 'walrus serve', or name another with --url.",
            server_.url));
  }
  if (code == CURLE_READ_ERROR) return fail(ErrorCode::kInvalidInput, "The file cannot be read.");
  return fail(ErrorCode::kUpstreamError, fmt::format("The connection to {} broke: {}.", server_.url,
                                                     curl_easy_strerror(code)));
}

Result<Reply> Client::get(const std::string& path) {
  Transfer transfer(server_, path);
  curl_easy_setopt(transfer.easy, CURLOPT_TIMEOUT, 60L);
  return run(transfer);
}

Result<Reply> Client::remove(const std::string& path) {
  Transfer transfer(server_, path);
  curl_easy_setopt(transfer.easy, CURLOPT_CUSTOMREQUEST, "DELETE");
  curl_easy_setopt(transfer.easy, CURLOPT_TIMEOUT, 60L);
  return run(transfer);
}

Result<Reply> Client::post_json(const std::string& path, const std::string& body,
                                const std::string& accept) {
  Transfer transfer(server_, path);
  transfer.add_header("Content-Type: application/json");
  transfer.add_header("Accept: " + accept);
  curl_easy_setopt(transfer.easy, CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(transfer.easy, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(body.size()));
  return run(transfer);
}

Result<Reply> Client::upload(const Upload& upload) {
  Transfer transfer(server_, "/v1/documents/");
  transfer.form = curl_mime_init(transfer.easy);
  curl_mimepart* file = curl_mime_addpart(transfer.form);
  curl_mime_name(file, "file");
  if (curl_mime_filedata(file, upload.file.c_str()) != CURLE_OK) {
    return fail(ErrorCode::kInvalidInput, fmt::format("'{}' cannot be read.", upload.file));
  }
  if (!upload.metadata.empty()) {
    curl_mimepart* metadata = curl_mime_addpart(transfer.form);
    curl_mime_name(metadata, "metadata");
    curl_mime_data(metadata, upload.metadata.data(), upload.metadata.size());
  }
  curl_easy_setopt(transfer.easy, CURLOPT_MIMEPOST, transfer.form);
  auto on_progress = [](void* context, curl_off_t, curl_off_t, curl_off_t total,
                        curl_off_t sent) -> int {
    const auto& report = *static_cast<const Upload*>(context);
    if (report.on_progress && total > 0) {
      report.on_progress(static_cast<std::uint64_t>(sent), static_cast<std::uint64_t>(total));
    }
    return 0;
  };
  using Callback = int (*)(void*, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
  curl_easy_setopt(transfer.easy, CURLOPT_XFERINFOFUNCTION, static_cast<Callback>(on_progress));
  curl_easy_setopt(transfer.easy, CURLOPT_XFERINFODATA, const_cast<Upload*>(&upload));
  curl_easy_setopt(transfer.easy, CURLOPT_NOPROGRESS, 0L);
  return run(transfer);
}

Result<Reply> Client::stream(const std::string& path, const std::string& body,
                             const std::string& last_event_id, std::chrono::seconds silence,
                             const OnBytes& on_bytes) {
  Transfer transfer(server_, path);
  transfer.on_bytes = on_bytes;
  transfer.add_header("Accept: text/event-stream");
  if (!last_event_id.empty()) transfer.add_header("Last-Event-ID: " + last_event_id);
  if (!body.empty()) {
    transfer.add_header("Content-Type: application/json");
    curl_easy_setopt(transfer.easy, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(transfer.easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(body.size()));
  }
  curl_easy_setopt(transfer.easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(transfer.easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(silence.count()));
  return run(transfer);
}

std::optional<json::object> object_of(const Reply& reply) {
  auto parsed = parse_json(reply.body);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  return std::move(parsed->as_object());
}

std::string words_of(const Reply& reply) {
  auto problem = object_of(reply);
  const json::string* detail = problem ? find_string(*problem, "detail") : nullptr;
  if (!detail) return fmt::format("The server answered with status {}.", reply.status);
  const json::string* request = find_string(*problem, "request_id");
  if (reply.status < 500 || !request) return std::string(*detail);
  return fmt::format("{} (request {})", view(*detail), view(*request));
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (unsigned char c : text) {
    if (std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~') {
      out.push_back(static_cast<char>(c));
    } else {
      out += fmt::format("%{:02X}", c);
    }
  }
  return out;
}

}  // namespace walrus::cli
