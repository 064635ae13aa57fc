#include "live/audience.h"

#include <algorithm>

namespace walrus::live {

namespace {

constexpr std::size_t kSlice = 256;  // about a millisecond of sends

}  // namespace

// In a copy of their own where somebody walks over them.
Audience::Listeners& Audience::changeable() {
  if (listeners_.use_count() > 1) listeners_ = std::make_shared<Listeners>(*listeners_);
  return *listeners_;
}

void Audience::add(std::shared_ptr<Listener> listener) {
  changeable().push_back(std::move(listener));
}

void Audience::remove(const Listener* listener) {
  std::erase_if(changeable(), [&](auto& each) { return each.get() == listener; });
}

void Audience::deliver(std::span<const SharedEvent> events, const Frame& frame) {
  std::shared_ptr<const Listeners> whom = listeners_;
  if (!under_way_.empty() || whom->size() > kSlice) {
    return tell({std::move(whom), {events.begin(), events.end()}, frame});
  }
  for (const auto& listener : *whom) listener->on_events(events, frame);
}

void Audience::close() {
  tell({listeners_, {}, nullptr});
}

void Audience::tell(Telling telling) {
  under_way_.push_back(std::move(telling));
  if (under_way_.size() == 1) go_on();
}

void Audience::go_on() {
  Telling& now = under_way_.front();
  auto whom = now.whom;
  std::size_t end = std::min(now.next + kSlice, whom->size());
  for (std::size_t i = std::exchange(now.next, end); i < end; ++i) {
    Listener& listener = *(*whom)[i];
    now.events.empty() ? listener.on_closed() : listener.on_events(now.events, now.frame);
  }
  if (end == whom->size()) {
    under_way_.erase(under_way_.begin());
    told_at_ = loop_.clock().monotonic();
  }
  if (!under_way_.empty()) loop_.post([self = shared_from_this()] { self->go_on(); });
}

}  // namespace walrus::live
