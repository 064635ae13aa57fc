#include "net/sse_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace walrus::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> decode(const std::vector<std::string>& pieces) {
  std::vector<std::string> events;
  SseDecoder decoder([&](std::string_view data) { events.emplace_back(data); });
  for (const std::string& piece : pieces) EXPECT_TRUE(decoder.feed(piece));
  EXPECT_TRUE(decoder.finish());
  return events;
}

TEST(SseDecoder, ReadsEvents) {
  EXPECT_THAT(decode({"data: one\n\ndata: two\n\n"}), ElementsAre("one", "two"));
  EXPECT_THAT(decode({"data:no space\n\ndata:  two spaces\n\n"}),
              ElementsAre("no space", " two spaces"));
  EXPECT_THAT(decode({"data: a\r\n\r\ndata: b\r\rdata: c\n\n"}), ElementsAre("a", "b", "c"));
  EXPECT_THAT(decode({"data: first\ndata: second\ndata\n\n"}), ElementsAre("first\nsecond\n"));
  EXPECT_THAT(decode({"\xEF\xBB\xBF"
                      "data: marked\n\n"}),
              ElementsAre("marked"));
}

TEST(SseDecoder, LeavesOutWhatIsNoData) {
  EXPECT_THAT(decode({": comment\n\n\n\nevent: x\nid: 3\nretry: 5\n\ndatum: y\n\n data: z\n\n"}),
              IsEmpty());
  EXPECT_THAT(decode({"event: message\ndata: x\nid: 1\n\n"}), ElementsAre("x"));
  EXPECT_THAT(decode({""}), IsEmpty());
}

TEST(SseDecoder, RemembersTheIdOfTheLastEvent) {
  SseDecoder decoder([](std::string_view) {});
  EXPECT_EQ(decoder.last_event_id(), "");
  EXPECT_TRUE(decoder.feed("id: 7\ndata: a\n\nid: 8\ndata: b\n"));
  EXPECT_EQ(decoder.last_event_id(), "7");
  EXPECT_TRUE(decoder.feed("\ndata: without one\n\n"));
  EXPECT_EQ(decoder.last_event_id(), "8");
}

TEST(SseDecoder, TakesALastEventWithoutItsEmptyLine) {
  EXPECT_THAT(decode({"data: a\n\ndata: [DONE]"}), ElementsAre("a", "[DONE]"));
  EXPECT_THAT(decode({"data: a\n\ndata: [DONE]\n"}), ElementsAre("a", "[DONE]"));
}

TEST(SseDecoder, GivesTheSameWhereverTheBytesAreSplit) {
  const std::string stream =
      "\xEF\xBB\xBF: hello\r\ndata: {\"a\":\"\xC3\xA4\xE2\x82\xAC\"}\r\n\r\nevent: x\rdata: "
      "b\rdata: c\r\r\n"
      "data: d\n\n\r\ndata:\n\ndata: [DONE]\n\n";
  std::vector<std::string> whole = decode({stream});
  ASSERT_EQ(whole.size(), 5U);
  for (std::size_t i = 0; i <= stream.size(); ++i) {
    for (std::size_t j = i; j <= stream.size(); ++j) {
      ASSERT_EQ(decode({stream.substr(0, i), stream.substr(i, j - i), stream.substr(j)}), whole)
          << i << " " << j;
    }
  }
}

TEST(SseDecoder, SurvivesAnyBytes) {
  unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 500; ++round) {
    std::string stream;
    for (int i = 0; i < 100; ++i) stream += "\r\n:d ata\xff\0x"[random() % 11];
    std::vector<std::string> bytes;
    for (char c : stream) bytes.emplace_back(1, c);
    ASSERT_EQ(decode({stream}), decode(bytes));
  }
}

TEST(SseDecoder, BoundsLinesAndEvents) {
  std::size_t events = 0;
  SseDecoder line([&](std::string_view) { ++events; });
  EXPECT_TRUE(line.feed("data: " + std::string(SseDecoder::kMaxBytes - 6, 'x')));
  EXPECT_FALSE(line.feed("y"));
  EXPECT_FALSE(line.feed("\n\n"));  // for good
  EXPECT_FALSE(line.finish());

  SseDecoder event([&](std::string_view) { ++events; });
  std::string half = "data: " + std::string(SseDecoder::kMaxBytes / 2, 'x') + "\n";
  EXPECT_TRUE(event.feed(half));
  EXPECT_FALSE(event.feed(half));
  EXPECT_EQ(events, 0U);
}

}  // namespace
}  // namespace walrus::net
