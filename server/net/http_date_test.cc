#include "net/http_date.h"

#include <gtest/gtest.h>

#include "base/time_format.h"

namespace walrus::net {
namespace {

TEST(HttpDate, ReadsEveryFormOfHttp) {
  for (const char* text : {"Mon, 15 Jan 2024 10:30:45 GMT", "Monday, 15-Jan-24 10:30:45 GMT",
                           "Mon Jan 15 10:30:45 2024"}) {
    auto time = parse_http_date(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(iso_seconds(*time), "2024-01-15T10:30:45Z") << text;
  }
}

TEST(HttpDate, RefusesWhatIsNone) {
  for (const char* text : {"", "soon", "Mon, 45 Jan 2024 10:30:45 GMT", "120 seconds"}) {
    EXPECT_FALSE(parse_http_date(text)) << text;
  }
}

}  // namespace
}  // namespace walrus::net
