#include "store/keys.h"

#include <gtest/gtest.h>

#include <random>

#include "store/cursor.h"

namespace walrus::store {
namespace {

constexpr TimePoint kMorning = std::chrono::sys_days(std::chrono::year(2024) / 1 / 15) +
                               std::chrono::hours(10) + std::chrono::minutes(30);

TEST(Keys, NameConversationsAsTheContractHasIt) {
  EXPECT_EQ(conversation_key("local", "session_001"), "conv#session_001");
  EXPECT_EQ(conversation_key("bob", "session_001"), "conv#bob/session_001");
  EXPECT_EQ(conversation_id_of("conv#session_001", "local"), "session_001");
  EXPECT_EQ(conversation_id_of("conv#bob/session_001", "bob"), "session_001");
}

TEST(Keys, OrderMessagesByTheirNumbers) {
  EXPECT_EQ(message_key(7), "message#00000000000000000007");
  EXPECT_LT(message_key(9), message_key(10));
  EXPECT_LT(message_key(10), message_key(~std::uint64_t{0}));
  EXPECT_LT(message_key(~std::uint64_t{0}), kMessageEnd);
  EXPECT_EQ(message_number(message_key(1234)), 1234u);
  EXPECT_FALSE(message_number("status#1"));
  EXPECT_FALSE(message_number("message#1x"));
}

TEST(Keys, NameStatusesAsTheContractHasIt) {
  EXPECT_EQ(status_key({kMorning + Duration(123456), 42}),
            "status#2024-01-15T10:30:00Z#123456-000042");
}

TEST(Keys, OfStatusesReadBackAndKeepTheirOrder) {
  auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 2000; ++i) {
    StatusPlace one{kMorning + Duration(static_cast<std::int64_t>(random() % 5'000'000)),
                    random() % 1'000'000};
    StatusPlace two{kMorning + Duration(static_cast<std::int64_t>(random() % 5'000'000)),
                    random() % 1'000'000};
    auto read = parse_status_key(status_key(one));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->at, one.at);
    EXPECT_EQ(read->sequence, one.sequence);
    EXPECT_EQ(std::pair(one.at, one.sequence) < std::pair(two.at, two.sequence),
              status_key(one) < status_key(two));
    EXPECT_GT(status_key(one), kStatusPrefix);
    EXPECT_LT(status_key(one), kStatusEnd);
  }
}

TEST(Keys, ThatAreBrokenAreNotRead) {
  for (std::string_view key :
       {"", "status#", "meta", "status#2024-01-15T10:30:00Z", "status#2024-01-15T10:30:00Z#123456-",
        "status#2024-01-15T10:30:00Z#12x456-000042", "status#2024-01-15T10:30:00Z#123456-00004x",
        "status#2024-13-15T10:30:00Z#123456-000042", "message#2024-01-15T10:30:00Z#123456-0001"}) {
    EXPECT_FALSE(parse_status_key(key)) << key;
  }
}

TEST(Keys, OfStatusesNeverStepBackInTime) {
  EXPECT_EQ(next_status_time(kMorning, {}), kMorning);
  EXPECT_EQ(next_status_time(kMorning, StatusPlace{kMorning, 1}), kMorning + Duration(1));
  EXPECT_EQ(next_status_time(kMorning - std::chrono::hours(1), StatusPlace{kMorning, 1}),
            kMorning + Duration(1));
  EXPECT_EQ(next_status_time(kMorning + Duration(5), StatusPlace{kMorning, 1}),
            kMorning + Duration(5));
}

TEST(Keys, ExpireAtTheirSecond) {
  std::int64_t ttl = unix_seconds(kMorning);
  EXPECT_FALSE(has_expired(ttl, kMorning - Duration(1)));
  EXPECT_TRUE(has_expired(ttl, kMorning));
}

TEST(Cursors, ReadBackWhatTheyWereMadeOf) {
  auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 1000; ++i) {
    std::string id(1 + random() % 40, 'x');
    for (char& byte : id) byte = static_cast<char>(random());
    Position position{TimePoint(Duration(static_cast<std::int64_t>(random() >> 1))), id};
    auto read = decode_position(encode_position(position));
    ASSERT_TRUE(read && *read);
    EXPECT_EQ((*read)->at, position.at);
    EXPECT_EQ((*read)->id, id);
    int index = static_cast<int>(random() >> 33);
    EXPECT_EQ(decode_index(encode_index(index)).value_or(-2), index);
  }
}

TEST(Cursors, ThatAreEmptyBeginAtTheStart) {
  auto position = decode_position("");
  ASSERT_TRUE(position);
  EXPECT_FALSE(*position);
  EXPECT_EQ(decode_index("").value_or(-2), -1);
}

TEST(Cursors, OfAnyBytesAreReadOrRefused) {
  auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 5000; ++i) {
    std::string cursor(1 + random() % 40, 'x');
    for (char& byte : cursor) byte = "0123456789abcdefg-'\xff"[random() % 20];
    auto position = decode_position(cursor);
    if (position) {
      EXPECT_EQ(encode_position(**position), cursor);
    } else {
      EXPECT_EQ(position.error().code, ErrorCode::kBadRequest);
    }
    auto index = decode_index(cursor);
    if (index) EXPECT_EQ(encode_index(*index), cursor);
  }
}

}  // namespace
}  // namespace walrus::store
