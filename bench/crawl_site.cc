// A website for crawl_speed.py to crawl, and an embedding server that costs nothing to speak of, so
// that what is measured is a crawl without its embeddings.
//
//   GET /N               page N of PAGES, about 5 KB of HTML, after LATENCY milliseconds; it links
//                        to ten pages of its own, and / is page 0
//   GET /unindexed/N     the same, but all but the first ask not to be indexed
//   POST /v1/embeddings  a vector of two numbers for each text, at once
//
// usage: crawl_site PAGES LATENCY; the port is its first line.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>

#include "base/json.h"

namespace walrus {
namespace {

namespace asio = boost::asio;
using asio::use_awaitable;
using asio::ip::tcp;

constexpr int kLinks = 10;
constexpr int kParagraphs = 9;
constexpr int kWords = 55;  // of a paragraph

// Text of no meaning that is cut into sentences as usual; the same for a page in every run.
std::string paragraph_of(std::mt19937& random) {
  constexpr std::string_view kSyllables[] = {"wal", "rus", "tide", "ice",  "mol",  "lus", "shore",
                                             "sea", "fin", "cove", "reef", "drif", "ter", "plain"};
  std::uniform_int_distribution<std::size_t> syllable(0, std::size(kSyllables) - 1);
  std::string text = "<p>The";
  for (int word = 1; word <= kWords; ++word) {
    text += ' ';
    text += kSyllables[syllable(random)];
    text += kSyllables[syllable(random)];
    if (word % 11 == 0) text += word == kWords ? ".</p>\n" : ". The";
  }
  return text;
}

std::string page(int number, int pages, std::string_view robots) {
  std::mt19937 random(static_cast<unsigned>(number));
  std::string title = "Page " + std::to_string(number);
  std::string html = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>" +
                     title + "</title><meta name=\"robots\" content=\"" + std::string(robots) +
                     "\"><style>p{margin:0}</style></head><body><nav><ul><li><a href=\"./\">Home" +
                     "</a></li><li><a href=\"1\">First</a></li></ul></nav><main><article><h1>" +
                     title + "</h1>\n";
  for (int i = 0; i < kParagraphs; ++i) html += paragraph_of(random);
  html += "<ul>";
  for (int link = number * kLinks + 1; link <= number * kLinks + kLinks && link < pages; ++link) {
    std::string to = std::to_string(link);
    html += "<li><a href=\"" + to + "\">About " + to + "</a></li>";
  }
  return html + "</ul></article></main><footer><p>All of it is made up.</p></footer></body></html>";
}

std::string vectors_for(std::string_view body) {
  json::array data;
  std::size_t count = json::parse(body).at("input").as_array().size();
  for (std::size_t i = 0; i < count; ++i) {
    data.push_back({{"index", i}, {"embedding", {0.6, 0.8}}});
  }
  return json::serialize(json::object{{"data", std::move(data)}});
}

std::string answer(std::string_view status, std::string_view type, std::string_view body) {
  std::string bytes = "HTTP/1.1 " + std::string(status) + "\r\nContent-Type: " + std::string(type) +
                      "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return bytes.append(body);
}

std::size_t length_of_body(std::string_view head) {
  constexpr std::string_view kName = "\r\nContent-Length: ";
  std::size_t at = head.find(kName);
  if (at == std::string_view::npos) return 0;
  std::size_t length = 0;
  std::from_chars(head.data() + at + kName.size(), head.data() + head.size(), length);
  return length;
}

class Site {
 public:
  Site(int pages, std::chrono::milliseconds latency) : latency_(latency) {
    for (int i = 0; i < pages; ++i) {
      indexed_.push_back(html_answer(page(i, pages, "all")));
      unindexed_.push_back(html_answer(page(i, pages, i == 0 ? "all" : "noindex")));
    }
  }

  asio::awaitable<void> accept(tcp::acceptor acceptor) {
    for (;;) {
      tcp::socket socket = co_await acceptor.async_accept(use_awaitable);
      socket.set_option(tcp::no_delay(true));
      // It ends with its connection, and the program with a signal.
      co_spawn(acceptor.get_executor(), serve(std::move(socket)), asio::detached);
    }
  }

 private:
  asio::awaitable<void> serve(tcp::socket socket) {
    asio::steady_timer timer(socket.get_executor());
    std::string buffer;
    try {
      for (;;) {
        std::size_t head = co_await asio::async_read_until(socket, asio::dynamic_buffer(buffer),
                                                           "\r\n\r\n", use_awaitable);
        std::size_t whole = head + length_of_body(std::string_view(buffer).substr(0, head));
        if (buffer.size() < whole) {
          co_await asio::async_read(socket, asio::dynamic_buffer(buffer),
                                    asio::transfer_exactly(whole - buffer.size()), use_awaitable);
        }
        std::string request = buffer.substr(0, whole);
        buffer.erase(0, whole);
        if (request.starts_with("POST ")) {
          std::string vectors = vectors_for(std::string_view(request).substr(head));
          std::string bytes = answer("200 OK", "application/json", vectors);
          co_await asio::async_write(socket, asio::buffer(bytes), use_awaitable);
          continue;
        }
        timer.expires_after(latency_);
        co_await timer.async_wait(use_awaitable);
        co_await asio::async_write(socket, asio::buffer(answer_to(request)), use_awaitable);
      }
    } catch (const boost::system::system_error&) {
      // The client has gone.
    }
  }

  static std::string html_answer(std::string_view html) {
    return answer("200 OK", "text/html; charset=utf-8", html);
  }

  const std::string& answer_to(std::string_view request) const {
    constexpr std::string_view kUnindexed = "/unindexed/";
    std::string_view path = request.substr(request.find('/'));
    bool indexed = !path.starts_with(kUnindexed);
    const std::vector<std::string>& answers = indexed ? indexed_ : unindexed_;
    std::string_view number = path.substr(indexed ? 1 : kUnindexed.size());
    if (number.starts_with(' ')) return answers.front();
    std::size_t page = answers.size();
    std::from_chars(number.data(), number.data() + number.size(), page);
    return page < answers.size() ? answers[page] : absent_;
  }

  const std::chrono::milliseconds latency_;
  std::vector<std::string> indexed_;
  std::vector<std::string> unindexed_;
  const std::string absent_ = answer("404 Not Found", "text/plain", "There is no such page.");
};

int run(int pages, std::chrono::milliseconds latency) {
  asio::io_context context(1);
  tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
  Site site(pages, latency);
  std::printf("%d\n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  co_spawn(context, site.accept(std::move(acceptor)), asio::detached);
  context.run();
  return 0;
}

}  // namespace
}  // namespace walrus

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: crawl_site PAGES LATENCY\n");
    return 2;
  }
  return walrus::run(std::atoi(arguments[1]), std::chrono::milliseconds(std::atoi(arguments[2])));
}
