#include "jobs/queue.h"

#include <algorithm>
#include <vector>

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

void Queue::visit(const std::function<bool(int position, const Waiting& waiting)>& visitor) const {
  std::vector<const Line*> lines;  // that have one for this round
  for (const Line& line : lines_) lines.push_back(&line);
  for (std::size_t round = 0; !lines.empty(); ++round) {
    for (const Line* line : lines) {
      if (!visitor(static_cast<int>(round) + 1, line->waiting[round])) return;
    }
    std::erase_if(lines, [round](const Line* line) { return line->waiting.size() <= round + 1; });
  }
}

int Queue::position_of_next(const std::string& owner) const {
  auto own = std::ranges::find(lines_, owner, &Line::owner);
  return own == lines_.end() ? 1 : static_cast<int>(own->waiting.size()) + 1;
}

}  // namespace walrus::jobs
