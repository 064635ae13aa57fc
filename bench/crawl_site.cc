// A website for crawl_speed.py to crawl, and an embedding server that costs nothing to speak of, so
// that what is measured is a crawl without its embeddings.
//
//   GET /N               page N of PAGES, about 5 KB of HTML, after LATENCY milliseconds; it links
//                        to ten pages of its own, and / is page 0
//   GET /unindexed/N     the same, but all but the first ask not to be indexed
//   POST /v1/embeddings  a vector of two numbers for each text, at once
//
// usage: crawl_site PAGES LATENCY; the port is its first line.
#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace walrus {
namespace {

namespace asio = boost::asio;
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
  std::string text;
  for (int i = 0; i < kParagraphs; ++i) text += paragraph_of(random);
  std::string links;
  for (int link = number * kLinks + 1; link <= number * kLinks + kLinks && link < pages; ++link) {
    links += fmt::format("<li><a href=\"{0}\">About {0}</a></li>", link);
  }
  return fmt::format(
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Page {0}</title>"
      "<meta name=\"robots\" content=\"{1}\"><style>p{{margin:0}}</style></head><body><nav><ul>"
      "<li><a href=\"./\">Home</a></li><li><a href=\"1\">First</a></li></ul></nav><main><article>"
      "<h1>Page {0}</h1>\n{2}<ul>{3}</ul></article></main><footer><p>All of it is made up.</p>"
      "</footer></body></html>",
      number, robots, text, links);
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
  explicit Site(int pages) {
    for (int i = 0; i < pages; ++i) {
      indexed_.push_back(html_answer(page(i, pages, "all")));
      unindexed_.push_back(html_answer(page(i, pages, i == 0 ? "all" : "noindex")));
    }
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

 private:
  static std::string html_answer(std::string_view html) {
    return answer("200 OK", "text/html; charset=utf-8", html);
  }

  std::vector<std::string> indexed_;
  std::vector<std::string> unindexed_;
  const std::string absent_ = answer("404 Not Found", "text/plain", "There is no such page.");
};

// Lives as long as something is under way on it.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, const Site& site, std::chrono::milliseconds latency)
      : socket_(std::move(socket)), timer_(socket_.get_executor()), site_(site), latency_(latency) {
    socket_.set_option(tcp::no_delay(true));
  }

  void read_head() {
    auto take = [self = shared_from_this()](ErrorCode error, std::size_t head) {
      if (!error) self->read_body(head);
    };
    asio::async_read_until(socket_, asio::dynamic_buffer(buffer_), "\r\n\r\n", take);
  }

 private:
  using ErrorCode = boost::system::error_code;

  void read_body(std::size_t head) {
    std::size_t whole = head + length_of_body(std::string_view(buffer_).substr(0, head));
    std::size_t missing = whole > buffer_.size() ? whole - buffer_.size() : 0;
    auto take = [self = shared_from_this(), head, whole](ErrorCode error, std::size_t) {
      if (!error) self->serve(head, whole);
    };
    asio::async_read(socket_, asio::dynamic_buffer(buffer_), asio::transfer_exactly(missing), take);
  }

  void serve(std::size_t head, std::size_t whole) {
    std::string request = buffer_.substr(0, whole);
    buffer_.erase(0, whole);
    if (request.starts_with("POST ")) {
      std::string vectors = vectors_for(std::string_view(request).substr(head));
      return write(answer("200 OK", "application/json", vectors));
    }
    timer_.expires_after(latency_);
    timer_.async_wait([self = shared_from_this(), request](ErrorCode error) {
      if (!error) self->write(self->site_.answer_to(request));
    });
  }

  void write(std::string bytes) {
    answer_ = std::move(bytes);
    auto go_on = [self = shared_from_this()](ErrorCode error, std::size_t) {
      if (!error) self->read_head();
    };
    asio::async_write(socket_, asio::buffer(answer_), go_on);
  }

  tcp::socket socket_;
  asio::steady_timer timer_;
  const Site& site_;
  const std::chrono::milliseconds latency_;
  std::string buffer_;
  std::string answer_;
};

void accept_next(tcp::acceptor& acceptor, const Site& site, std::chrono::milliseconds latency) {
  auto take = [&acceptor, &site, latency](boost::system::error_code error, tcp::socket socket) {
    if (error) return;
    std::make_shared<Connection>(std::move(socket), site, latency)->read_head();
    accept_next(acceptor, site, latency);
  };
  acceptor.async_accept(take);
}

// Until a signal ends the program.
int run(int pages, std::chrono::milliseconds latency) {
  asio::io_context context(1);
  tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
  Site site(pages);
  std::printf("%d\n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  accept_next(acceptor, site, latency);
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
