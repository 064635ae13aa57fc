// Bytes to requests: strict about everything that lets two readers of the same bytes see different
// requests (RFC 9112, 11.2). The grammar is Beast's parser's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string_view>

#include "http/message.h"
#include "http/refusal.h"
#include "http/server.h"

namespace walrus::http {

// The size of the head at the start of `bytes`, its empty line included; 0: not complete yet.
// `scanned` remembers across calls how far bytes were looked at; 0 for a new head.
std::expected<std::size_t, Refusal> find_head(std::string_view bytes, std::size_t& scanned,
                                              const Limits& limits);

// Takes a body piece by piece.
class BodySink {
 public:
  virtual ~BodySink() = default;
  virtual Result<void> write(std::string_view bytes) = 0;
};

class RequestParser {
 public:
  RequestParser();
  ~RequestParser();

  // Begins a request with its complete head. What was understood before a refusal stands in
  // `request`.
  std::optional<Refusal> parse_head(std::string_view head, Request& request);

  bool keep_alive() const;
  bool expects_continue() const;
  bool has_body() const;                             // also a chunked one that may be empty
  std::optional<std::uint64_t> body_length() const;  // nothing: chunked
  bool done() const;                                 // head and body are complete

  // Parses bytes of the body: how many, which may be none until more come.
  std::expected<std::size_t, Refusal> parse_body(std::string_view bytes, BodySink& sink);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace walrus::http
