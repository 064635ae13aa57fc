// A connected TCP socket on a loop, without Asio's headers. Belongs to the loop's thread.
#pragma once

#include <sys/types.h>

#include <coroutine>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace walrus::http {

class Socket {
 public:
  struct Impl;
  explicit Socket(std::unique_ptr<Impl> impl);
  Socket(Socket&&) noexcept;
  Socket& operator=(Socket&&) noexcept;
  ~Socket();

  // One send() that does not block: the bytes taken, 0 where the kernel has no room, -1 where the
  // connection is broken.
  ssize_t send(std::string_view bytes);
  // The same with up to 64 pieces.
  ssize_t send(std::span<const std::string_view> pieces);
  // The same with bytes of a file, from `offset` on, which moves; -1 also at the file's end.
  ssize_t send_file(int file, off_t& offset, std::size_t count);

  // `co_await socket.read(space)`: the bytes read; 0 at the end of the stream, after `cancel`, and
  // after any error.
  class [[nodiscard]] Read {
   public:
    Read(Impl& impl, std::span<char> space) : impl_(impl), space_(space) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> caller);
    std::size_t await_resume() const noexcept { return count_; }

   private:
    Impl& impl_;
    std::span<char> space_;
    std::size_t count_ = 0;
  };
  Read read(std::span<char> space) { return Read(*impl_, space); }

  // `co_await socket.writable()`: false after `cancel` or an error.
  class [[nodiscard]] Writable {
   public:
    explicit Writable(Impl& impl) : impl_(impl) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> caller);
    bool await_resume() const noexcept { return ready_; }

   private:
    Impl& impl_;
    bool ready_ = false;
  };
  Writable writable() { return Writable(*impl_); }

  // The same for those who are no coroutine. The space must live until the call.
  void when_read(std::span<char> space, std::move_only_function<void(std::size_t count)> then);
  void when_writable(std::move_only_function<void(bool ready)> then);

  // Whether the peer has closed its end and nothing that it sent before is left to read.
  bool has_ended();
  // What there is to read, up to the space; 0 where there is nothing yet, -1 at the end and after
  // an error. With `when_readable` nobody holds a buffer while nothing comes.
  ssize_t receive(std::span<char> space);
  void when_readable(std::move_only_function<void(bool ready)> then);

  void cancel();          // ends what waits
  void shutdown_write();  // the peer sees the end; its bytes can still be read
  void close();           // ends what waits, too

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace walrus::http
