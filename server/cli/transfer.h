// One request of the client with libcurl's handles. Included by client's files alone.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <string>

#include "cli/client.h"

namespace walrus::cli {

struct Client::Transfer {
  // `silence`: how long no byte may move in either direction.
  Transfer(const Server& server, const std::string& path, std::chrono::milliseconds silence);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer();

  void add_header(const std::string& line);
  // `body` must outlive the transfer.
  void post_json(const std::string& body);
  // `upload` must outlive the transfer. False where the file cannot be opened.
  bool post_form(const Upload& upload);
  // Ends itself where the form would begin.
  void announce_form(std::uint64_t size);

  // A line of the answer's head, with its end.
  void take_header(std::string_view line);

  const std::string& url() const { return url_; }
  int status() const;
  std::uint64_t bytes_moved() const;  // so far, in both directions

  CURL* easy;
  std::chrono::milliseconds silence;
  Reply reply;
  const StreamRequest* stream = nullptr;
  bool ended_by_us = false;

 private:
  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* context);
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* context);
  static std::size_t on_read(char*, std::size_t, std::size_t, void* context);
  static int on_sent(void* upload, curl_off_t, curl_off_t, curl_off_t total, curl_off_t sent);

  std::string url_;
  curl_slist* headers_ = nullptr;
  curl_mime* form_ = nullptr;
  std::uint64_t received_ = 0;
};

}  // namespace walrus::cli
