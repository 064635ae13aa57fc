#include "http/request_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace walrus::http {
namespace {

using ::testing::HasSubstr;

struct Parsed {
  int refused = 0;  // the status, or 0
  std::string why;
  Request request;
  std::string body;
  bool keep_alive = false;
};

class StringSink final : public BodySink {
 public:
  Result<void> write(std::string_view bytes) override {
    text += bytes;
    return {};
  }
  std::string text;
};

// Feeds `bytes` in two pieces, as a connection would.
Parsed parse(std::string_view bytes, std::size_t split = std::string::npos, Limits limits = {}) {
  Parsed parsed;
  split = std::min(split, bytes.size());
  std::size_t scanned = 0;
  auto refuse = [&](const Refusal& refused) {
    parsed.refused = refused.status;
    parsed.why = refused.error.message;
    return std::move(parsed);
  };
  auto head = find_head(bytes.substr(0, split), scanned, limits);
  if (head && *head == 0) head = find_head(bytes, scanned, limits);
  if (!head) return refuse(head.error());
  if (*head == 0) return refuse({-1, {ErrorCode::kBadRequest, "incomplete", {}}});
  RequestParser parser;
  if (auto refused = parser.parse_head(bytes.substr(0, *head), parsed.request))
    return refuse(*refused);
  parsed.keep_alive = parser.keep_alive();
  StringSink sink;
  std::size_t at = *head;
  for (std::size_t end : {std::max(split, at), bytes.size()}) {
    while (!parser.done() && at < end) {
      auto used = parser.parse_body(bytes.substr(at, end - at), sink);
      if (!used) return refuse(used.error());
      if (*used == 0) break;
      at += *used;
    }
  }
  if (!parser.done()) return refuse({-1, {ErrorCode::kBadRequest, "incomplete body", {}}});
  parsed.body = sink.text;
  return parsed;
}

std::string with_fields(std::string_view fields) {
  return "POST /a HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n";
}

TEST(RequestParser, GivesTheSameWhereverTheBytesAreSplit) {
  std::string plain = with_fields("X-A:  b c \r\nContent-Length: 5\r\n") + "hello";
  std::string chunked = with_fields("Transfer-Encoding: Chunked\r\n") +
                        "1\r\nh\r\n3;a=b;c=\"d\"\r\nell\r\n1\r\no\r\n0\r\nTrailer: x\r\n\r\n";
  std::string empty = with_fields("Transfer-Encoding: chunked\r\n") + "0\r\n\r\n";
  for (std::size_t split = 0; split <= plain.size(); ++split) {
    Parsed parsed = parse(plain, split);
    ASSERT_EQ(parsed.refused, 0) << parsed.why << " at " << split;
    EXPECT_EQ(parsed.body, "hello");
    EXPECT_EQ(parsed.request.headers.get("x-a"), "b c");
  }
  for (std::size_t split = 0; split <= chunked.size(); ++split) {
    Parsed parsed = parse(chunked, split);
    ASSERT_EQ(parsed.refused, 0) << parsed.why << " at " << split;
    EXPECT_EQ(parsed.body, "hello");
    EXPECT_EQ(parsed.request.headers.get("Trailer"), std::nullopt);
  }
  for (std::size_t split = 0; split <= empty.size(); ++split) {
    ASSERT_EQ(parse(empty, split).refused, 0) << "at " << split;
  }
}

TEST(RequestParser, SplitsTargets) {
  auto target = [](std::string_view text) {
    Parsed parsed = parse("GET " + std::string(text) + " HTTP/1.1\r\nHost: h\r\n\r\n");
    if (parsed.refused) return std::to_string(parsed.refused);
    return parsed.request.path + "|" + parsed.request.query + "|" +
           std::string(*parsed.request.headers.get("Host"));
  };
  EXPECT_EQ(target("/"), "/||h");
  EXPECT_EQ(target("/a/?b=c?d"), "/a|b=c?d|h");
  EXPECT_EQ(target("/a%2Fb?"), "/a%2Fb||h");
  EXPECT_EQ(target("http://other:81/a?b"), "/a|b|other:81");
  EXPECT_EQ(target("HTTPS://other"), "/||other");
  EXPECT_EQ(target("http://other?b"), "/|b|other");
  EXPECT_EQ(target("/abc://x"), "/abc://x||h");
  for (std::string_view bad : {"a", "*", "h:80", "ftp://x/", "?a"})
    EXPECT_EQ(target(bad), "400") << bad;
}

TEST(RequestParser, KnowsWhenTheConnectionGoesOn) {
  auto keeps = [](std::string_view version, std::string_view field) {
    return parse("GET / HTTP/" + std::string(version) + "\r\nHost: h\r\n" + std::string(field) +
                 "\r\n")
        .keep_alive;
  };
  EXPECT_TRUE(keeps("1.1", ""));
  EXPECT_FALSE(keeps("1.1", "Connection: x, Close\r\n"));
  EXPECT_FALSE(keeps("1.0", ""));
  EXPECT_TRUE(keeps("1.0", "Connection: keep-alive\r\n"));
}

TEST(RequestParser, RefusesWhatTwoReadersCouldReadDifferently) {
  std::vector<std::string> cases{
      with_fields("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n",
      with_fields("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n") + "0\r\n\r\n",
      with_fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n",
      with_fields("Transfer-Encoding: gzip, chunked\r\n") + "0\r\n\r\n",
      with_fields("Transfer-Encoding: chunked, identity\r\n") + "0\r\n\r\n",
      with_fields("Transfer-Encoding: xchunked\r\n"),
      with_fields("Transfer-Encoding:\r\n"),
      with_fields("Transfer-Encoding : chunked\r\n") + "0\r\n\r\n",
      "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      with_fields("Content-Length: 5\r\nContent-Length: 6\r\n") + "hello",
      with_fields("Content-Length: 5, 6\r\n") + "hello",
      with_fields("Content-Length: +5\r\n") + "hello",
      with_fields("Content-Length: -1\r\n"),
      with_fields("Content-Length: 0x5\r\n") + "hello",
      with_fields("Content-Length: 5 5\r\n") + "hello",
      with_fields("Content-Length:\r\n"),
      with_fields("Content-Length: 99999999999999999999\r\n"),
      with_fields("X: a\r\n b\r\n"),
      with_fields("X:\r\n\tb\r\n"),
      with_fields("X: a\r\n \r\n"),
      with_fields(" X: a\r\n"),
      with_fields("X: a\nY: b\r\n"),
      with_fields("X: a\rY: b\r\n"),
      with_fields("X: a\r\r\n"),
      with_fields(std::string("X: a\0b\r\n", 8)),
      with_fields("X a: b\r\n"),
      with_fields(": b\r\n"),
      with_fields("nocolon\r\n"),
      "GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET / HTTP/1.1 \r\nHost: h\r\n\r\n",
      "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET /\r\nHost: h\r\n\r\n",
      "GET / HTTP/1.1\nHost: h\n\n",
      "G(T / HTTP/1.1\r\nHost: h\r\n\r\n",
      " GET / HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
      with_fields("Transfer-Encoding: chunked\r\n") + "x\r\nhello\r\n0\r\n\r\n",
      with_fields("Transfer-Encoding: chunked\r\n") + "-1\r\nhello\r\n0\r\n\r\n",
      with_fields("Transfer-Encoding: chunked\r\n") + "5\nhello\r\n0\r\n\r\n",
      with_fields("Transfer-Encoding: chunked\r\n") + "5\r\nhelloX\r\n0\r\n\r\n",
      with_fields("Transfer-Encoding: chunked\r\n") + "5\r\nhello0\r\n\r\n",
      with_fields("Transfer-Encoding: chunked\r\n") + "10000000000000000\r\nhello\r\n0\r\n\r\n",
      with_fields("Transfer-Encoding: chunked\r\n") + "5;\x01\r\nhello\r\n0\r\n\r\n",
      with_fields("Transfer-Encoding: chunked\r\n") + "0\r\nbad trailer\r\n\r\n",
  };
  for (const std::string& text : cases) {
    Parsed parsed = parse(text);
    EXPECT_EQ(parsed.refused, 400) << text << parsed.why;
    // In pieces, it must not be taken either.
    for (std::size_t split = 1; split < text.size(); ++split) {
      ASSERT_NE(parse(text, split).refused, 0) << text << " split at " << split;
    }
  }
}

TEST(RequestParser, TakesEqualContentLengths) {
  EXPECT_EQ(parse(with_fields("Content-Length: 5\r\nContent-Length: 5\r\n") + "hello").body,
            "hello");
}

TEST(RequestParser, RefusesOtherVersionsAndExpectations) {
  EXPECT_EQ(parse("GET / HTTP/2.0\r\nHost: h\r\n\r\n").refused, 505);
  EXPECT_EQ(parse("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").refused, 505);
  EXPECT_EQ(parse("GET / HTTP/1.1\r\nHost: h\r\nExpect: magic\r\n\r\n").refused, 417);
  EXPECT_EQ(parse("GET / HTTP/1.0\r\n\r\n").refused, 0);
}

TEST(RequestParser, SeesAtOnceThatItIsNoHttp) {
  Limits limits;
  std::size_t scanned = 0;
  auto tls = find_head("\x16\x03\x01\x02", scanned, limits);
  ASSERT_FALSE(tls);
  EXPECT_EQ(tls.error().status, 400);
}

TEST(RequestParser, SeesAFoldAtOnceWhereverTheBytesAreSplit) {
  std::string text = "GET / HTTP/1.1\r\nX: a\r\n b";
  for (std::size_t split = 0; split <= text.size(); ++split) {
    EXPECT_EQ(parse(text, split).refused, 400) << "split at " << split;
  }
}

TEST(RequestParser, LimitsHeads) {
  Limits limits;
  limits.request_line = 30;
  limits.header_bytes = 60;
  limits.header_fields = 4;
  auto status = [&](const std::string& text) { return parse(text, 0, limits).refused; };
  std::string target17(17, 'x');
  EXPECT_EQ(status("GET " + std::string("/") + target17.substr(1) + " HTTP/1.1\r\nHost: h\r\n\r\n"),
            0);
  EXPECT_EQ(status("GET /" + target17 + " HTTP/1.1\r\nHost: h\r\n\r\n"), 414);
  EXPECT_EQ(status("GET /" + std::string(200, 'x')), 414);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(46, 'x') + "\r\n\r\n"), 0);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(47, 'x') + "\r\n\r\n"), 431);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(200, 'x')), 431);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: h\r\na:\r\na:\r\na:\r\n\r\n"), 0);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: h\r\na:\r\na:\r\na:\r\na:\r\n\r\n"), 431);
}

TEST(RequestParser, LimitsTheChunkedCodingItself) {
  std::string endless =
      with_fields("Transfer-Encoding: chunked\r\n") + "1;" + std::string(20000, 'x');
  EXPECT_EQ(parse(endless).refused, 400);
  EXPECT_THAT(parse(endless).why, HasSubstr("too long"));
  std::string trailers =
      with_fields("Transfer-Encoding: chunked\r\n") + "0\r\nX: " + std::string(20000, 'x');
  EXPECT_EQ(parse(trailers).refused, 400);
}

}  // namespace
}  // namespace walrus::http
