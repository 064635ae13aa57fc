#include "app/loop_threads.h"

#include <pthread.h>

namespace walrus::app {

LoopThreads::LoopThreads(std::size_t count, const Clock& clock) {
  for (std::size_t i = 0; i < count; ++i) loops_.push_back(std::make_unique<EventLoop>(clock));
  for (auto& loop : loops_) {
    threads_.emplace_back([run = loop.get()] { run->run(); });
    pthread_setname_np(threads_.back().native_handle(), "walrus-io");
  }
}

LoopThreads::~LoopThreads() {
  stop();
}

void LoopThreads::stop() {
  for (auto& loop : loops_) loop->stop();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

std::vector<EventLoop*> LoopThreads::event_loops() const {
  std::vector<EventLoop*> all;
  for (auto& loop : loops_) all.push_back(loop.get());
  return all;
}

std::vector<Loop*> LoopThreads::loops() const {
  std::vector<Loop*> all;
  for (auto& loop : loops_) all.push_back(loop.get());
  return all;
}

}  // namespace walrus::app
