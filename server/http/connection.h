// The bytes of a connection and its one deadline.
#pragma once

#include <coroutine>
#include <limits>
#include <memory>
#include <string_view>

#include "base/task.h"
#include "http/input_buffer.h"
#include "http/shard.h"
#include "http/socket.h"

namespace walrus::http {

class Connection final : public Member {
 public:
  Connection(Shard& shard, Socket socket);
  ~Connection() override;

  InputBuffer& input() { return input_; }

  // `co_await connection.read_more(capacity, deadline)`: reads into the input; 0 at the end, after
  // an error, when cut, and after the deadline, when timed_out() says so.
  class [[nodiscard]] ReadMore {
   public:
    ReadMore(Connection& connection, std::size_t capacity)
        : connection_(connection),
          read_(connection.socket_.read(connection.input_.prepare(capacity))) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> caller) { read_.await_suspend(caller); }
    std::size_t await_resume() noexcept { return connection_.end_read(read_.await_resume()); }

   private:
    Connection& connection_;
    Socket::Read read_;
  };
  ReadMore read_more(std::size_t capacity, Duration deadline) {
    deadline_ = deadline;
    return ReadMore(*this, capacity);
  }
  bool timed_out() const { return timed_out_; }

  // What the kernel takes at once; -1 where the connection is broken.
  ssize_t try_send(std::string_view bytes) { return socket_.send(bytes); }
  // False: broken, or no progress for the write timeout.
  Task<bool> send_all(std::string_view bytes);
  Task<bool> send_file(int file, std::uint64_t size);

  // After an answer that the peer may still be writing against: ends our side and reads on for a
  // while, since closing with bytes unread makes the kernel reset the connection and the peer lose
  // the answer.
  Task<void> linger();

  // Calls `work` once, when the peer ends its side or the connection is cut; not any more after
  // `end_watch`. What the peer sends ends the watch without a call.
  void when_gone(Work work);
  void end_watch();

  // Between requests: a drain ends the connection there.
  void set_idle(bool idle) { idle_ = idle; }
  Socket release() { return std::move(socket_); }

  void check(Duration now) override;
  void drain() override;
  void cut() override;

 private:
  static constexpr Duration kNever = Duration::max();
  std::size_t end_read(std::size_t count) noexcept;
  Task<bool> wait_writable();

  Shard& shard_;
  Socket socket_;
  InputBuffer input_;
  Duration deadline_ = kNever;
  bool timed_out_ = false;
  bool idle_ = false;
  std::shared_ptr<Work> watch_;
};

}  // namespace walrus::http
