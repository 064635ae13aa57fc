#include "webhooks/signature.h"

#include <gtest/gtest.h>

namespace walrus::webhooks {
namespace {

TimePoint at(std::int64_t seconds) {
  return TimePoint(std::chrono::seconds(seconds));
}

// The vector of the reference libraries' tests (github.com/standard-webhooks/standard-webhooks).
TEST(Signature, IsTheOneOfTheReferenceLibraries) {
  auto key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  ASSERT_TRUE(key);
  EXPECT_EQ(sign(*key, "msg_p5jXN8AQM9LWM0D4loKWxJek", at(1614265330), R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Signature, CoversIdTimeAndBody) {
  std::string key(32, 'k');
  std::string signature = sign(key, "a", at(1), "b");
  EXPECT_NE(sign(key, "c", at(1), "b"), signature);
  EXPECT_NE(sign(key, "a", at(2), "b"), signature);
  EXPECT_NE(sign(key, "a", at(1), "c"), signature);
  EXPECT_NE(sign(std::string(32, 'l'), "a", at(1), "b"), signature);
}

TEST(Signature, TheTimestampIsInWholeSeconds) {
  EXPECT_EQ(unix_seconds(at(7) + std::chrono::milliseconds(999)), "7");
}

TEST(Secret, NewOnesAreGoodAndDiffer) {
  auto key = key_of(new_secret());
  ASSERT_TRUE(key);
  EXPECT_EQ(key->size(), 32u);
  EXPECT_NE(new_secret(), new_secret());
}

TEST(Secret, HasTwentyFourToSixtyFourBytes) {
  EXPECT_TRUE(key_of("whsec_" + std::string(32, 'A')));   // 24
  EXPECT_FALSE(key_of("whsec_" + std::string(28, 'A')));  // 21
  EXPECT_EQ(key_of("whsec_" + std::string(86, 'A') + "==").value_or("").size(), 64u);
  EXPECT_FALSE(key_of("whsec_" + std::string(87, 'A') + "="));  // 65
  EXPECT_FALSE(key_of("whsec_" + std::string(4096, 'A')));
}

TEST(Secret, IsStrictBase64WithItsPrefix) {
  for (std::string_view wrong :
       {"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_",
        "whsec_ MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa ", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwAB==",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw===="}) {
    EXPECT_FALSE(key_of(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace walrus::webhooks
