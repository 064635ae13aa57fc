// What the server does when a limit is passed, a client is slow, or means harm.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "http/test_server.h"

namespace walrus::http {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::chrono_literals;

Task<Response> hello(Request) {
  co_return Response::text(200, "hello");
}

Task<Response> size_of_body(Request request) {
  co_return Response::text(200, std::to_string(request.body.size()));
}

Task<Response> large(Request) {
  co_return Response::text(200, std::string(50'000'000, 'y'));
}

Task<Response> describe_form(Request request) {
  std::string text;
  for (const FormPart& part : request.form) {
    std::ifstream file(part.file.path());
    std::stringstream content;
    if (part.is_file) content << file.rdbuf();
    text += fmt::format("{} {} {} {}{};", part.name, part.filename, part.size, part.value,
                        content.str().substr(0, 20));
  }
  co_return Response::text(200, text);
}

class LimitsTest : public ::testing::Test {
 protected:
  LimitsTest() {
    server_.add("GET", "/", BodyKind::kNone, hello);
    server_.add("GET", "/large", BodyKind::kNone, large);
    server_.add("POST", "/json", BodyKind::kJson, size_of_body);
    server_.add("POST", "/none", BodyKind::kNone, hello);
    server_.add("POST", "/form", BodyKind::kMultipart, describe_form);
  }
  TestServer server_;
};

std::string form(std::string_view content) {
  return fmt::format(
      "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nv\r\n"
      "--b\r\nContent-Disposition: form-data; name=file; filename=f.txt\r\n\r\n{}\r\n--b--\r\n",
      content);
}

std::string form_request(std::string_view body, std::string_view fields = {}) {
  return post("/form", "multipart/form-data; boundary=b", body, fields);
}

std::string chunked(std::string_view path, std::string_view type, std::string_view body) {
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: h\r\nContent-Type: {}\r\nTransfer-Encoding: chunked\r\n\r\n"
      "{:x}\r\n{}\r\n0\r\n\r\n",
      path, type, body.size(), body);
}

TEST_F(LimitsTest, HeadsAreLimited) {
  server_.start();
  auto ask = [&](const std::string& request) {
    Client client = server_.connect();
    Reply reply = client.ask(request);
    EXPECT_EQ(reply.field("Connection"), "close");
    EXPECT_TRUE(client.ended());
    return reply.body;
  };
  EXPECT_THAT(ask(get("/" + std::string(8200, 'x'))), StartsWith("bad_request 414"));
  EXPECT_THAT(ask(get("/", "X: " + std::string(33000, 'x') + "\r\n")),
              StartsWith("bad_request 431"));
  std::string fields;
  for (int i = 0; i < 100; ++i) fields += "X: y\r\n";
  EXPECT_THAT(ask(get("/", fields)), StartsWith("bad_request 431"));
  EXPECT_THAT(ask("\x16\x03\x01"), StartsWith("bad_request 400"));
  EXPECT_THAT(ask("GET / HTTP/3.0\r\nHost: h\r\n\r\n"), StartsWith("bad_request 505"));
  Client client = server_.connect();
  EXPECT_EQ(client.ask(get("/", "X: " + std::string(32000, 'x') + "\r\n")).status, 200);
}

TEST_F(LimitsTest, SmugglersAreCutOff) {
  server_.start();
  for (std::string_view fields :
       {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: xchunked\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n", "X: a\r\n b\r\n", "X: a\rb\r\n"}) {
    Client client = server_.connect();
    client.send(
        fmt::format("POST /json HTTP/1.1\r\nHost: h\r\n{}\r\n0\r\n\r\n{}", fields, get("/")));
    EXPECT_THAT(client.read_reply().body, StartsWith("bad_request 400")) << fields;
    EXPECT_TRUE(client.ended()) << fields;  // and the second request is never answered
  }
}

TEST_F(LimitsTest, JsonBodiesAreLimited) {
  server_.limits.json_body = 1000;
  server_.start();
  std::string type = "application/json";
  Client client = server_.connect();
  EXPECT_EQ(client.ask(post("/json", type, std::string(1000, ' '))).body, "1000");
  EXPECT_THAT(client.ask(post("/json", type, std::string(1001, ' '))).body,
              StartsWith("payload_too_large 413"));
  EXPECT_EQ(client.ask(chunked("/json", type, std::string(1000, ' '))).body, "1000");
  Reply reply = client.ask(chunked("/json", type, std::string(1001, ' ')));
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(reply.field("Connection"), "close");
  EXPECT_TRUE(client.ended());
  Client other = server_.connect();
  EXPECT_EQ(other.ask(chunked("/none", type, "x")).status, 413);
}

TEST_F(LimitsTest, ARefusedLargeBodyStillGetsItsAnswer) {
  server_.start();
  // The client writes all of it before it reads, as simple ones do.
  Client client = server_.connect();
  client.send(post("/json", "application/json", std::string(20'000'000, ' ')));
  EXPECT_EQ(client.read_reply().status, 413);
  EXPECT_TRUE(client.ended());
}

TEST_F(LimitsTest, FormsAreRead) {
  server_.start();
  Client client = server_.connect();
  EXPECT_EQ(client.ask(form_request(form("content"))).body, "a  1 v;file f.txt 7 content;");
  EXPECT_EQ(client.ask(chunked("/form", "multipart/form-data; boundary=b", form("x"))).body,
            "a  1 v;file f.txt 1 x;");
  std::string bytes(3'000'000, 'z');
  EXPECT_THAT(client.ask(form_request(form(bytes))).body, HasSubstr("file f.txt 3000000 zzz"));
  EXPECT_EQ(server_.files_in_uploads(), 0u);
}

TEST_F(LimitsTest, FormsAreLimited) {
  server_.limits.file_bytes = 100'000;
  server_.start();
  Client client = server_.connect();
  EXPECT_EQ(client.ask(form_request(form(std::string(100'000, 'x')))).status, 200);
  Reply reply = client.ask(form_request(form(std::string(100'001, 'x'))));
  EXPECT_THAT(reply.body, StartsWith("payload_too_large 413"));
  EXPECT_TRUE(client.ended());
  Client huge = server_.connect();
  huge.send(form_request(form(std::string(10'000'000, 'x'))));
  EXPECT_EQ(huge.read_reply().status, 413);
  Client wrong = server_.connect();
  EXPECT_EQ(wrong.ask(post("/form", "application/json", "{}")).status, 415);
  EXPECT_THAT(wrong.ask(post("/form", "multipart/form-data", "x")).body, HasSubstr("boundary"));
  EXPECT_THAT(wrong.ask(form_request("--b\r\nnonsense")).body, StartsWith("bad_request 400"));
  EXPECT_EQ(server_.files_in_uploads(), 0u);
}

TEST_F(LimitsTest, ACutUploadLeavesNoFile) {
  server_.start();
  std::string request = form_request(form(std::string(200'000, 'x')));
  for (std::size_t size : {300ul, 100'000ul, request.size() - 1}) {
    {
      Client client = server_.connect();
      client.send(request.substr(0, size));
      ASSERT_TRUE(eventually([&] { return server_.files_in_uploads() == 1; })) << size;
    }
    EXPECT_TRUE(eventually([&] { return server_.files_in_uploads() == 0; })) << size;
  }
}

TEST_F(LimitsTest, AHeadThatDoesNotEndIsClosed) {
  server_.limits.header_timeout = 50ms;
  server_.start();
  Client client = server_.connect();
  client.send("GET / HTTP/1.1\r\n");
  EXPECT_TRUE(client.ended());
  Client dripping = server_.connect();
  EXPECT_TRUE(eventually([&] {
    dripping.send("x");
    return dripping.ended_by_now();
  }));
}

TEST_F(LimitsTest, AnIdleConnectionIsClosed) {
  server_.limits.idle_timeout = 50ms;
  server_.start();
  Client fresh = server_.connect();
  EXPECT_TRUE(fresh.ended());
  Client used = server_.connect();
  EXPECT_EQ(used.ask(get("/")).status, 200);
  EXPECT_TRUE(used.ended());
}

TEST_F(LimitsTest, ASlowBodyIsA408) {
  server_.limits.slow_body_grace = 50ms;
  server_.start();
  Client client = server_.connect();
  client.send(
      "POST /json HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
      "Content-Length: 1000\r\n\r\n{");
  Reply reply = client.read_reply();
  EXPECT_THAT(reply.body, StartsWith("timeout 408"));
  EXPECT_EQ(reply.field("Connection"), "close");
}

TEST_F(LimitsTest, AReaderThatStopsIsCut) {
  server_.limits.write_timeout = 50ms;
  server_.start();
  Client client(server_.server->port(), "127.0.0.1", 4096);
  client.send(get("/large"));
  client.read_until("\r\n\r\n");
  EXPECT_TRUE(eventually([&] { return server_.metric("walrus_http_connections") == "0"; }));
  EXPECT_LT(client.read_to_end().size(), 50'000'000u);
}

TEST_F(LimitsTest, BoundedConnectionsOfAnAddress) {
  server_.limits.connections_per_address = 2;
  server_.start();
  Client first = server_.connect();
  Client second = server_.connect();
  EXPECT_EQ(first.ask(get("/")).status, 200);
  EXPECT_EQ(second.ask(get("/")).status, 200);
  Client third = server_.connect();
  Reply reply = third.read_reply();
  EXPECT_THAT(reply.body, StartsWith("not_ready 503"));
  EXPECT_NE(reply.field("Retry-After"), "");
  EXPECT_TRUE(third.ended());
  Client elsewhere(server_.server->port(), "::1");
  EXPECT_EQ(elsewhere.ask(get("/")).status, 200);
  second.close();
  third.close();
  EXPECT_TRUE(eventually([&] { return server_.metric("walrus_http_connections") == "2"; }));
  Client fourth = server_.connect();
  EXPECT_EQ(fourth.ask(get("/")).status, 200);
}

TEST_F(LimitsTest, BoundedConnectionsTogether) {
  server_.limits.connections = 1;
  server_.start();
  Client first = server_.connect();
  EXPECT_EQ(first.ask(get("/")).status, 200);
  Client second(server_.server->port(), "::1");
  EXPECT_EQ(second.read_reply().status, 503);
}

}  // namespace
}  // namespace walrus::http
