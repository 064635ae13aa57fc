#include <gtest/gtest.h>

#include "base/ids.h"
#include "base/json.h"
#include "base/time_format.h"
#include "base/utf8.h"
#include "testing/manual_loop.h"

namespace walrus {
namespace {

TEST(IdsTest, SortByTimeAndHaveVersionSeven) {
  testing::ManualClock clock;
  std::string earlier = new_uuid(clock.now());
  clock.advance(std::chrono::microseconds(1));
  std::string later = new_uuid(clock.now());
  EXPECT_TRUE(is_uuid(earlier));
  EXPECT_EQ(earlier[14], '7');
  clock.advance(std::chrono::milliseconds(1));
  EXPECT_LT(later, new_uuid(clock.now()));
  EXPECT_NE(earlier, later);
}

TEST(IdsTest, RefusesOtherForms) {
  for (auto text :
       {"", "abc", "018d0d6a-0000-7000-8000-00000000000g", "018D0D6A-0000-7000-8000-000000000000",
        "018d0d6a00007000800000000000000000000"}) {
    EXPECT_FALSE(is_uuid(text)) << text;
  }
}

TEST(TimeFormatTest, WritesAndReads) {
  testing::ManualClock clock;
  clock.advance(std::chrono::microseconds(123456));
  EXPECT_EQ(iso_seconds(clock.now()), "2024-01-15T10:30:00Z");
  EXPECT_EQ(iso_millis(clock.now()), "2024-01-15T10:30:00.123Z");
  EXPECT_EQ(iso_micros(clock.now()), "2024-01-15T10:30:00.123456Z");
  EXPECT_EQ(parse_iso(iso_micros(clock.now())), clock.now());
  for (auto text : {"", "2024-01-15", "2024-02-30T10:30:00Z", "2024-01-15T10:30:00",
                    "2024-01-15T25:30:00Z", "2024-01-15T10:30:00.1Z"}) {
    EXPECT_FALSE(parse_iso(text)) << text;
  }
}

TEST(Utf8Test, FindsAndReplacesIllFormedParts) {
  EXPECT_TRUE(is_valid_utf8("caf\xC3\xA9 \xF0\x9F\xA6\xAD"));
  for (std::string bad : {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"}) {
    EXPECT_FALSE(is_valid_utf8(bad));
    EXPECT_TRUE(is_valid_utf8(replace_invalid_utf8("a" + bad + "b")));
  }
  EXPECT_EQ(replace_invalid_utf8("a\xE2\x82z"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(count_code_points("caf\xC3\xA9"), 4u);
}

TEST(JsonTest, RefusesBrokenDeepAndTrailing) {
  EXPECT_TRUE(parse_json("{\"a\":[1,2]}"));
  for (std::string bad :
       {std::string("{"), std::string("{} x"), std::string(100, '['), std::string()}) {
    auto parsed = parse_json(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().code, ErrorCode::kBadRequest);
  }
}

TEST(JsonTest, AppendsWhatParsesBack) {
  std::string out;
  append_json_string(out, "a\"\\\n\x01\xFFz");
  auto parsed = parse_json(out);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(view(parsed->as_string()), "a\"\\\n\x01\xEF\xBF\xBDz");
}

}  // namespace
}  // namespace walrus
