#include "http/connection.h"

#include <algorithm>

namespace walrus::http {

namespace {

constexpr std::size_t kLingerSpace = 64 * 1024;
constexpr std::uint64_t kLingerBytes =
    64 * 1024 * 1024;  // a refused upload of about the limit fits
constexpr Duration kLingerSilence = std::chrono::seconds(5);
constexpr Duration kLingerTime = std::chrono::seconds(30);

}  // namespace

Connection::Connection(Shard& shard, Socket socket) : shard_(shard), socket_(std::move(socket)) {
  shard_.add(*this);
}

Connection::~Connection() {
  shard_.remove(*this);
}

std::size_t Connection::end_read(std::size_t count) noexcept {
  deadline_ = kNever;
  input_.commit(count);
  return count;
}

Task<bool> Connection::wait_writable() {
  deadline_ = shard_.now() + shard_.settings().limits.write_timeout;
  bool ready = co_await socket_.writable();
  deadline_ = kNever;
  co_return ready;
}

Task<bool> Connection::send_all(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t taken = socket_.send(bytes);
    if (taken < 0) co_return false;
    bytes.remove_prefix(static_cast<std::size_t>(taken));
    if (taken > 0) continue;
    bool ready = co_await wait_writable();
    if (!ready) co_return false;
  }
  co_return true;
}

Task<bool> Connection::send_file(int file, std::uint64_t size) {
  // In pieces, and other connections get their turn after each one the kernel has no room for.
  constexpr std::uint64_t kPiece = 256 * 1024;
  off_t offset = 0;
  while (static_cast<std::uint64_t>(offset) < size) {
    std::size_t piece = std::min(kPiece, size - static_cast<std::uint64_t>(offset));
    ssize_t taken = socket_.send_file(file, offset, piece);
    if (taken < 0) co_return false;
    if (taken > 0) continue;
    bool ready = co_await wait_writable();
    if (!ready) co_return false;
  }
  co_return true;
}

Task<void> Connection::linger() {
  socket_.shutdown_write();
  input_.consume(input_.readable().size());
  Duration end = shard_.now() + kLingerTime;
  for (std::uint64_t dropped = 0; dropped < kLingerBytes;) {
    Duration silence =
        shard_.now() + std::min<Duration>(kLingerSilence, shard_.settings().limits.idle_timeout);
    std::size_t count = co_await read_more(kLingerSpace, std::min(silence, end));
    if (count == 0) co_return;
    dropped += count;
    input_.consume(count);
    if (shard_.draining()) end = std::min(end, shard_.now() + std::chrono::seconds(1));
  }
}

std::stop_token Connection::gone() {
  if (!gone_) {
    gone_.emplace();
    // A drain tells those alone that have asked before it.
    if (shard_.draining()) gone_->request_stop();
  }
  return gone_->get_token();
}

void Connection::check(Duration now) {
  if (gone_ && socket_.has_ended()) gone_->request_stop();
  if (now < deadline_) return;
  deadline_ = kNever;
  timed_out_ = true;
  socket_.cancel();
}

void Connection::drain() {
  if (gone_) gone_->request_stop();
  if (idle_ && input_.empty()) cut();
}

void Connection::cut() {
  socket_.close();
}

}  // namespace walrus::http
