#include "live/audience.h"

#include "live/hub_for_test.h"

namespace walrus::live {
namespace {

class AudienceTest : public ::testing::Test {
 protected:
  static SharedEvent event(std::uint64_t sequence) {
    return std::make_shared<const LiveEvent>(Event{.sequence = sequence}, false,
                                             EncodedEvent{std::to_string(sequence)});
  }
  void deliver(std::uint64_t sequence) {
    SharedEvent one = event(sequence);
    audience->deliver({&one, 1}, frame_of(one));
  }
  std::vector<std::shared_ptr<Ear>> crowd(int count) {
    std::vector<std::shared_ptr<Ear>> ears;
    for (int i = 0; i < count; ++i) audience->add(ears.emplace_back(std::make_shared<Ear>()));
    return ears;
  }

  ManualClock clock;
  ManualLoop loop{clock};
  std::shared_ptr<Audience> audience = std::make_shared<Audience>(loop);
};

TEST_F(AudienceTest, AFewAreToldAtOnce) {
  auto ears = crowd(3);
  deliver(1);
  for (auto& ear : ears) EXPECT_EQ(ear->frames, std::vector<std::string>{"1"});
}

TEST_F(AudienceTest, ACrowdIsToldInSlicesAndInOrder) {
  auto ears = crowd(1'000);
  deliver(1);
  EXPECT_EQ(ears.front()->frames.size(), 1u);
  EXPECT_TRUE(ears.back()->frames.empty());
  bool others_work = false;
  loop.post([&] { others_work = ears.back()->frames.empty(); });
  deliver(2);
  audience->close();
  EXPECT_EQ(ears.front()->frames.size(), 1u);  // the second waits for the first
  loop.run_until_idle();
  EXPECT_TRUE(others_work);
  for (auto& ear : ears) {
    EXPECT_EQ(ear->frames, (std::vector<std::string>{"1", "2"}));
    EXPECT_EQ(ear->closed, 1);
  }
}

TEST_F(AudienceTest, WhoComesLaterHearsWhatComesLater) {
  auto ears = crowd(600);
  deliver(1);
  auto late = std::make_shared<Ear>();
  audience->add(late);
  deliver(2);
  loop.run_until_idle();
  EXPECT_EQ(late->frames, std::vector<std::string>{"2"});
}

// As a stream that ends with what it is told.
struct Leaver final : Listener {
  explicit Leaver(Audience& from) : audience(from) {}
  void on_events(std::span<const SharedEvent>, const Frame&) override {
    ++told;
    audience.remove(this);
  }
  void on_closed() override {}
  Audience& audience;
  int told = 0;
};

TEST_F(AudienceTest, AListenerMayLeaveWhileItIsTold) {
  auto before = crowd(1);
  std::vector<std::shared_ptr<Leaver>> leavers;
  for (int i = 0; i < 3; ++i) {
    audience->add(leavers.emplace_back(std::make_shared<Leaver>(*audience)));
  }
  auto after = crowd(1);
  deliver(1);
  deliver(2);
  for (auto& leaver : leavers) EXPECT_EQ(leaver->told, 1);
  EXPECT_EQ(before[0]->frames.size(), 2u);
  EXPECT_EQ(after[0]->frames.size(), 2u);
}

TEST_F(AudienceTest, MayGoWhileACrowdIsStillTold) {
  auto ears = crowd(600);
  deliver(1);
  for (auto& ear : ears) audience->remove(ear.get());
  EXPECT_TRUE(audience->empty());
  audience.reset();
  loop.run_until_idle();
  EXPECT_EQ(ears.back()->frames.size(), 1u);
}

}  // namespace
}  // namespace walrus::live
