#include "http/web_socket_reader.h"

#include <gtest/gtest.h>

#include <random>

#include "http/web_socket_for_test.h"

namespace walrus::http {
namespace {

// All that bytes hold, as text: one line a message, the last one a violation, if there is one.
std::string read(std::string_view bytes, std::size_t piece = 1 << 20, std::size_t largest = 1000) {
  WebSocketReader reader(largest);
  std::string lines;
  while (!bytes.empty()) {
    std::string_view some = bytes.substr(0, piece);
    bytes.remove_prefix(some.size());
    reader.feed(some);
    for (;;) {
      auto incoming = reader.next();
      if (!incoming) return lines + fmt::format("refused {}\n", int(incoming.error().code));
      if (!*incoming) break;
      lines += fmt::format("{} {} {}\n", int((*incoming)->kind), int((*incoming)->code),
                           (*incoming)->payload);
    }
  }
  return lines;
}

std::string begin(Opcode opcode, std::string_view payload) {
  return client_frame(opcode, payload, 0);
}

TEST(WebSocketReaderTest, ReadsMessagesAndControlFrames) {
  EXPECT_EQ(read(client_text("Hello")), "1 1005 Hello\n");
  EXPECT_EQ(read(client_text("")), "1 1005 \n");
  EXPECT_EQ(read(client_frame(Opcode::kPing, "p") + client_frame(Opcode::kPong, "")),
            "9 1005 p\n10 1005 \n");
  EXPECT_EQ(read(client_frame(Opcode::kClose, "")), "8 1005 \n");
  EXPECT_EQ(read(client_frame(Opcode::kClose, close_payload(1000, "bye"))), "8 1000 bye\n");
  EXPECT_EQ(read(client_text(std::string(70'000, 'x')), 1 << 20, 70'000),
            "1 1005 " + std::string(70'000, 'x') + "\n");
}

TEST(WebSocketReaderTest, JoinsFragmentsAroundControlFrames) {
  std::string bytes = begin(Opcode::kText, "a\xC3") + client_frame(Opcode::kPing, "now") +
                      begin(Opcode::kContinuation, "\xA4") + begin(Opcode::kContinuation, "") +
                      client_frame(Opcode::kContinuation, "b") + client_text("next");
  EXPECT_EQ(read(bytes),
            "9 1005 now\n1 1005 a\xC3\xA4"
            "b\n1 1005 next\n");
}

TEST(WebSocketReaderTest, RefusesWhatTheProtocolForbids) {
  std::string unmasked = "\x81\x02hi";
  std::string not_shortest = client_text("hi");
  not_shortest.replace(1, 1, std::string("\xFE\x00\x02", 3));
  for (const std::string& bytes : {
           unmasked,
           not_shortest,
           client_frame(Opcode::kText, "x", kFinal | kReserved),
           client_frame(static_cast<Opcode>(3), "x"),
           client_frame(static_cast<Opcode>(11), "x"),
           client_frame(Opcode::kContinuation, "x"),
           begin(Opcode::kText, "x") + client_text("y"),
           begin(Opcode::kPing, "x"),
           client_frame(Opcode::kPing, std::string(126, 'x')),
           client_frame(Opcode::kClose, "x"),
           client_frame(Opcode::kClose, close_payload(999)),
           client_frame(Opcode::kClose, close_payload(1005)),
           client_frame(Opcode::kClose, close_payload(2999)),
       }) {
    EXPECT_EQ(read(bytes), "refused 1002\n") << testing::PrintToString(bytes);
  }
  EXPECT_EQ(read(client_frame(Opcode::kBinary, "x")), "refused 1003\n");
  EXPECT_EQ(read(client_text("\xFF")), "refused 1007\n");
  EXPECT_EQ(read(client_text("\xC3")), "refused 1007\n");
  EXPECT_EQ(read(client_frame(Opcode::kClose, close_payload(1000, "\xFF"))), "refused 1007\n");
}

TEST(WebSocketReaderTest, CountsTheFragmentsOfAMessageTogether) {
  EXPECT_EQ(read(client_text(std::string(1001, 'x'))), "refused 1009\n");
  std::string half(500, 'x');
  std::string two = begin(Opcode::kText, half) + begin(Opcode::kContinuation, half);
  EXPECT_EQ(read(two + client_frame(Opcode::kContinuation, "")), "1 1005 " + half + half + "\n");
  EXPECT_EQ(read(two + client_frame(Opcode::kContinuation, "x")), "refused 1009\n");
  // Refused by what its head says; the payload is not waited for.
  EXPECT_EQ(read(std::string("\x81\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
                             "mask1",
                             15)),
            "refused 1009\n");
}

TEST(WebSocketReaderTest, UnderstandsTheSameHoweverTheBytesAreCut) {
  unsigned seed = std::random_device()();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    std::string bytes;
    for (int frames = 0; frames < 6; ++frames) {
      auto opcode = static_cast<Opcode>(std::array{0, 0, 1, 1, 1, 8, 9, 10}[random() % 8]);
      bool control = opcode >= Opcode::kClose;
      bytes += client_frame(opcode, std::string(random() % (control ? 100 : 400), 'x'),
                            control || random() % 2 ? kFinal : 0);
    }
    if (random() % 4 == 0) bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
    std::string whole = read(bytes);
    for (std::size_t piece : {1, 2, 3, 7, 100}) EXPECT_EQ(read(bytes, piece), whole) << piece;
  }
}

}  // namespace
}  // namespace walrus::http
