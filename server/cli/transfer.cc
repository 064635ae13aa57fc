#include "cli/transfer.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "base/ascii.h"

namespace walrus::cli {

namespace {

constexpr long kConnectTimeout = 5'000;  // milliseconds
constexpr int kMaxRetryAfter = 3600;     // seconds; what is longer is taken as this

constexpr long kExpectTimeout = 3'000;  // milliseconds that an announced form waits for leave

constexpr std::string_view kBlanks = " \t\r\n";

std::optional<std::chrono::seconds> seconds_of(std::string_view text) {
  int seconds = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds < 0) return {};
  return std::chrono::seconds(std::min(seconds, kMaxRetryAfter));
}

// A proxy of the environment has no business with this machine's own server.
std::string hosts_without_proxy() {
  const char* given = std::getenv("no_proxy");
  if (!given) given = std::getenv("NO_PROXY");
  std::string own = "localhost,127.0.0.1,::1";
  return given && *given ? std::string(given) + "," + own : own;
}

}  // namespace

Client::Transfer::Transfer(const Server& server, const std::string& path,
                           std::chrono::milliseconds patience)
    : easy(curl_easy_init()), silence(patience) {
  std::string_view base = server.url;
  while (base.ends_with('/')) base.remove_suffix(1);
  url_ = std::string(base) + path;
  curl_easy_setopt(easy, CURLOPT_URL, url_.c_str());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_NOPROXY, hosts_without_proxy().c_str());
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeout);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  if (!server.api_key.empty()) add_header("Authorization: Bearer " + server.api_key);
}

Client::Transfer::~Transfer() {
  curl_mime_free(form_);
  curl_easy_cleanup(easy);
  curl_slist_free_all(headers_);
}

void Client::Transfer::add_header(const std::string& line) {
  headers_ = curl_slist_append(headers_, line.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_);
}

void Client::Transfer::post_json(const std::string& body) {
  add_header("Content-Type: application/json");
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
}

bool Client::Transfer::post_form(const Upload& upload) {
  form_ = curl_mime_init(easy);
  curl_mimepart* file = curl_mime_addpart(form_);
  curl_mime_name(file, "file");
  if (curl_mime_filedata(file, upload.file.c_str()) != CURLE_OK) return false;
  if (!upload.metadata.empty()) {
    curl_mimepart* metadata = curl_mime_addpart(form_);
    curl_mime_name(metadata, "metadata");
    curl_mime_data(metadata, upload.metadata.data(), upload.metadata.size());
  }
  curl_easy_setopt(easy, CURLOPT_MIMEPOST, form_);
  curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, &Transfer::on_sent);
  curl_easy_setopt(easy, CURLOPT_XFERINFODATA, &upload);
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
  return true;
}

void Client::Transfer::announce_form(std::uint64_t size) {
  add_header("Content-Type: multipart/form-data; boundary=announced");
  add_header("Expect: 100-continue");
  // HTTP/2 has no use for Expect: curl would begin to send before the answer.
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_EXPECT_100_TIMEOUT_MS, kExpectTimeout);
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(size));
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, &Transfer::on_read);
  curl_easy_setopt(easy, CURLOPT_READDATA, this);
}

int Client::Transfer::status() const {
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  return static_cast<int>(status);
}

std::uint64_t Client::Transfer::bytes_moved() const {
  curl_off_t sent = 0;
  curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &sent);
  return received_ + static_cast<std::uint64_t>(sent);
}

std::size_t Client::Transfer::on_header(char* data, std::size_t, std::size_t size, void* context) {
  auto& self = *static_cast<Transfer*>(context);
  self.received_ += size;
  self.take_header({data, size});
  return size;
}

void Client::Transfer::take_header(std::string_view line) {
  if (line.starts_with("HTTP/")) {
    reply.http_version = line.substr(0, line.find(' '));
    reply.headers.clear();  // of an answer that came before, such as a 100
  }
  if (line == "\r\n" && stream && stream->on_head && status() == 200) stream->on_head(reply);
  std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  std::string name = ascii_lower(line.substr(0, colon));
  std::string_view value = trimmed(line.substr(colon + 1), kBlanks);
  reply.headers.insert_or_assign(name, std::string(value));
  if (name == "x-next-cursor") reply.next_cursor = value;
  if (name == "retry-after") reply.retry_after = seconds_of(value);
  if (name == "x-operation-id" && stream && stream->on_operation_id && status() == 200) {
    stream->on_operation_id(value);
  }
}

std::size_t Client::Transfer::on_body(char* data, std::size_t, std::size_t size, void* context) {
  auto& self = *static_cast<Transfer*>(context);
  self.received_ += size;
  if (!self.stream || self.status() != 200) {
    self.reply.body.append(data, size);
    return size;
  }
  if (self.stream->on_bytes({data, size})) return size;
  self.ended_by_us = true;
  return CURL_WRITEFUNC_ERROR;
}

std::size_t Client::Transfer::on_read(char*, std::size_t, std::size_t, void* context) {
  static_cast<Transfer*>(context)->ended_by_us = true;
  return CURL_READFUNC_ABORT;
}

int Client::Transfer::on_sent(void* upload, curl_off_t, curl_off_t, curl_off_t total,
                              curl_off_t sent) {
  const auto& report = static_cast<const Upload*>(upload)->on_progress;
  if (report && total > 0) {
    report(static_cast<std::uint64_t>(sent), static_cast<std::uint64_t>(total));
  }
  return 0;
}

}  // namespace walrus::cli
