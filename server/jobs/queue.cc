#include "jobs/queue.h"

#include <algorithm>

namespace walrus::jobs {

namespace {

const std::string& id_of(const Waiting& waiting) {
  return waiting.record.state.operation.id;
}

}  // namespace

void Queue::push(Waiting waiting) {
  const std::string& owner = waiting.record.state.operation.owner;
  auto line = std::ranges::find(lines_, owner, &Line::owner);
  if (line == lines_.end()) line = lines_.insert(line, Line{owner, {}});
  line->waiting.push_back(std::move(waiting));
  ++size_;
}

std::optional<Waiting> Queue::pop() {
  if (lines_.empty()) return std::nullopt;
  Line& line = lines_.front();
  std::optional<Waiting> next = std::move(line.waiting.front());
  line.waiting.pop_front();
  --size_;
  if (line.waiting.empty()) {
    lines_.pop_front();
  } else {
    lines_.splice(lines_.end(), lines_, lines_.begin());
  }
  return next;
}

std::optional<Waiting> Queue::take(const std::string& operation_id) {
  for (auto line = lines_.begin(); line != lines_.end(); ++line) {
    auto found = std::ranges::find(line->waiting, operation_id, id_of);
    if (found == line->waiting.end()) continue;
    std::optional<Waiting> taken = std::move(*found);
    line->waiting.erase(found);
    if (line->waiting.empty()) lines_.erase(line);
    --size_;
    return taken;
  }
  return std::nullopt;
}

Waiting* Queue::find(const std::string& operation_id) {
  for (Line& line : lines_) {
    auto found = std::ranges::find(line.waiting, operation_id, id_of);
    if (found != line.waiting.end()) return &*found;
  }
  return nullptr;
}

std::vector<std::string> Queue::order() const {
  std::vector<std::string> ids;
  ids.reserve(size_);
  for (std::size_t round = 0; ids.size() < size_; ++round) {
    for (const Line& line : lines_) {
      if (round < line.waiting.size()) ids.push_back(id_of(line.waiting[round]));
    }
  }
  return ids;
}

}  // namespace walrus::jobs
