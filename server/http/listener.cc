#include "http/listener.h"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/ip/v6_only.hpp>
#include <utility>

#include "http/socket_impl.h"

namespace walrus::http {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

// What the kernel takes for a peer that does not read: without a bound it is megabytes each. What
// is accepted inherits it from the acceptor.
using NotSentLowWater = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
constexpr int kMostUnsent = 128 * 1024;

constexpr Duration kPauseAfterFailure = std::chrono::milliseconds(100);

std::string spelled(const Endpoint& endpoint) {
  bool v6 = endpoint.address.contains(':');
  return v6 ? fmt::format("[{}]:{}", endpoint.address, endpoint.port)
            : fmt::format("{}:{}", endpoint.address, endpoint.port);
}

std::string reason(const error_code& error) {
  if (error == asio::error::address_in_use) return "another program listens there already";
  if (error == asio::error::access_denied) return "not allowed; ports below 1024 need the right to";
  if (error == std::errc::address_not_available) return "this machine has no such address";
  return error.message();
}

std::unexpected<Error> cannot_listen(const Endpoint& endpoint, const error_code& error) {
  return fail(ErrorCode::kInternalError,
              fmt::format("Cannot listen on {}: {}.", spelled(endpoint), reason(error)));
}

// Every step only while the ones before it went well.
error_code bind_to(Acceptor& acceptor, const tcp::endpoint& endpoint, bool shared) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && shared) acceptor.set_option(ReusePort(true), error);
  if (!error) acceptor.set_option(NotSentLowWater(kMostUnsent), error);
  if (!error && endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(true), error);
  if (!error) acceptor.bind(endpoint, error);
  return error;
}

class AsioListener final : public Listener {
 public:
  AsioListener(EventLoop& loop, OnAccept on_accept)
      : loop_(loop), acceptor_(loop.context()), on_accept_(std::move(on_accept)) {}

  error_code listen(const tcp::endpoint& endpoint) {
    error_code error = bind_to(acceptor_, endpoint, true);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    return error;
  }

  void start() override {
    auto self = std::static_pointer_cast<AsioListener>(shared_from_this());
    acceptor_.async_accept(remote_, [self](error_code error, AsioSocket socket) {
      self->accepted(error, std::move(socket));
    });
  }

  void close() override {
    error_code ignored;
    acceptor_.close(ignored);
    loop_.cancel(pause_);
  }

 private:
  void accepted(error_code error, AsioSocket socket) {
    if (!acceptor_.is_open()) return;
    if (!error) take(std::move(socket));
    if (!error || error == asio::error::connection_aborted) return start();
    // Out of file descriptors or memory: trying again at once would only burn the processor.
    pause_ = loop_.after(kPauseAfterFailure, [this] { start(); });
  }

  void take(AsioSocket socket) {
    error_code error;
    socket.set_option(tcp::no_delay(true), error);
    if (!error) socket.non_blocking(true, error);
    if (error) return;
    on_accept_(Socket(std::make_unique<Socket::Impl>(std::move(socket))),
               remote_.address().to_string());
  }

  EventLoop& loop_;
  Acceptor acceptor_;
  OnAccept on_accept_;
  tcp::endpoint remote_;
  TimerId pause_ = 0;
};

Result<tcp::endpoint> parse(const Endpoint& endpoint) {
  error_code error;
  asio::ip::address address = asio::ip::make_address(endpoint.address, error);
  if (error) {
    return fail(ErrorCode::kInternalError,
                fmt::format("'{}' is not an IP address to listen on.", endpoint.address));
  }
  return tcp::endpoint(address, endpoint.port);
}

}  // namespace

Result<std::uint16_t> find_port(const Endpoint& wanted) {
  Result<tcp::endpoint> endpoint = parse(wanted);
  if (!endpoint) return std::unexpected(endpoint.error());
  asio::io_context context(1);
  Acceptor probe(context);
  error_code error = bind_to(probe, *endpoint, false);
  if (error) return cannot_listen(wanted, error);
  return probe.local_endpoint().port();
}

Result<std::shared_ptr<Listener>> Listener::open(EventLoop& loop, const Endpoint& endpoint,
                                                 OnAccept on_accept) {
  Result<tcp::endpoint> parsed = parse(endpoint);
  if (!parsed) return std::unexpected(parsed.error());
  auto listener = std::make_shared<AsioListener>(loop, std::move(on_accept));
  if (error_code error = listener->listen(*parsed)) return cannot_listen(endpoint, error);
  return listener;
}

}  // namespace walrus::http
