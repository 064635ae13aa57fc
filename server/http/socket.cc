#include "http/socket.h"

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <cerrno>

#include "http/socket_impl.h"

namespace walrus::http {

namespace {

using boost::system::error_code;

ssize_t taken(ssize_t result) {
  if (result >= 0) return result;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? 0 : -1;
}

}  // namespace

Socket::Socket(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Socket::Socket(Socket&&) noexcept = default;
Socket& Socket::operator=(Socket&&) noexcept = default;
Socket::~Socket() = default;

ssize_t Socket::send(std::string_view bytes) {
  int handle = impl_->socket.native_handle();
  return taken(::send(handle, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
}

ssize_t Socket::send(std::span<const std::string_view> pieces) {
  std::array<iovec, 64> vectors;
  std::size_t count = std::min(pieces.size(), vectors.size());
  for (std::size_t i = 0; i < count; ++i) {
    vectors[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  return taken(::sendmsg(impl_->socket.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL));
}

ssize_t Socket::send_file(int file, off_t& offset, std::size_t count) {
  ssize_t sent = ::sendfile(impl_->socket.native_handle(), file, &offset, count);
  return sent == 0 ? -1 : taken(sent);
}

void Socket::Read::await_suspend(std::coroutine_handle<> caller) {
  auto space = boost::asio::buffer(space_.data(), space_.size());
  impl_.socket.async_read_some(space, [this, caller](error_code error, std::size_t count) {
    count_ = error ? 0 : count;
    caller.resume();
  });
}

void Socket::Writable::await_suspend(std::coroutine_handle<> caller) {
  impl_.socket.async_wait(AsioSocket::wait_write, [this, caller](error_code error) {
    ready_ = !error;
    caller.resume();
  });
}

void Socket::when_read(std::span<char> space,
                       std::move_only_function<void(std::size_t count)> then) {
  impl_->socket.async_read_some(
      boost::asio::buffer(space.data(), space.size()),
      [then = std::move(then)](error_code error, std::size_t count) mutable {
        then(error ? 0 : count);
      });
}

void Socket::when_writable(std::move_only_function<void(bool ready)> then) {
  impl_->socket.async_wait(AsioSocket::wait_write,
                           [then = std::move(then)](error_code error) mutable { then(!error); });
}

bool Socket::has_ended() {
  char next;
  ssize_t result = ::recv(impl_->socket.native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
  return result == 0 || taken(result) < 0;
}

ssize_t Socket::receive(std::span<char> space) {
  ssize_t count = ::recv(impl_->socket.native_handle(), space.data(), space.size(), MSG_DONTWAIT);
  return count == 0 ? -1 : taken(count);
}

void Socket::when_readable(std::move_only_function<void(bool ready)> then) {
  impl_->socket.async_wait(AsioSocket::wait_read,
                           [then = std::move(then)](error_code error) mutable { then(!error); });
}

void Socket::cancel() {
  error_code ignored;
  impl_->socket.cancel(ignored);
}

void Socket::shutdown_write() {
  error_code ignored;
  impl_->socket.shutdown(AsioSocket::shutdown_send, ignored);
}

void Socket::close() {
  error_code ignored;
  impl_->socket.close(ignored);
}

}  // namespace walrus::http
