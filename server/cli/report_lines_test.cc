#include "cli/report_lines.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace walrus::cli {
namespace {

std::string words(const LineReport& report) {
  if (const auto* step = std::get_if<StepReport>(&report)) return "step=" + step->name;
  if (const auto* progress = std::get_if<ProgressReport>(&report)) {
    return std::to_string(progress->done) + " of " + std::to_string(progress->total);
  }
  return "message=" + std::get<MessageReport>(report).text;
}

struct Parted {
  std::string text;
  std::vector<std::string> reports;
  bool operator==(const Parted&) const = default;
};

// What becomes of `output` when it comes in pieces that end at `cuts`.
Parted part(std::string_view output, std::vector<std::size_t> cuts = {}) {
  Parted parted;
  ReportLines lines;
  lines.on_text = [&](std::string_view bytes) { parted.text += bytes; };
  lines.on_report = [&](const LineReport& report) { parted.reports.push_back(words(report)); };
  std::size_t begin = 0;
  cuts.push_back(output.size());
  for (std::size_t cut : cuts) {
    lines.take(output.substr(begin, cut - begin));
    begin = cut;
  }
  lines.finish();
  return parted;
}

TEST(ReportLinesTest, KnowsEachForm) {
  EXPECT_EQ(words(parse_report("step load")), "step=load");
  EXPECT_EQ(words(parse_report(" 3 / 10\r")), "3 of 10");
  EXPECT_EQ(words(parse_report("message Hello there ")), "message=Hello there");
  EXPECT_EQ(words(parse_report("Hello")), "message=Hello");
  EXPECT_EQ(words(parse_report("3/0")), "message=3/0") << "nothing to divide by";
  EXPECT_EQ(words(parse_report("and/or")), "message=and/or");
  EXPECT_EQ(words(parse_report("")), "message=");
}

TEST(ReportLinesTest, PassesTheRestOnAsItIs) {
  Parted parted = part("a\nwalrus: step x\n walrus: no\nwalrus:no\nwalrus: 1/2\nwal");
  EXPECT_EQ(parted.text, "a\n walrus: no\nwalrus:no\nwal");
  EXPECT_EQ(parted.reports, (std::vector<std::string>{"step=x", "1 of 2"}));
  EXPECT_EQ(part("walrus: last").reports, std::vector<std::string>{"message=last"});
  EXPECT_EQ(part("walrus: 1/2\n\nx").text, "\nx");
  std::string binary("\0\xFF\n\n\xC3", 5);
  EXPECT_EQ(part(binary).text, binary);
}

TEST(ReportLinesTest, HoldsNothingBackThatIsNoReport) {
  std::string seen;
  ReportLines lines;
  lines.on_text = [&](std::string_view bytes) { seen += bytes; };
  lines.take("Password: ");
  EXPECT_EQ(seen, "Password: ");
  lines.take("\nwal");
  EXPECT_EQ(seen, "Password: \n");
  lines.take("k");
  EXPECT_EQ(seen, "Password: \nwalk");
}

TEST(ReportLinesTest, IsTheSameHoweverTheBytesCome) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::vector<std::string> pieces{"walrus: ", "walrus:", "wal",    "\n", "x",
                                        "3/4",      "step a",  "walrus", " ",  "message b"};
  for (int round = 0; round < 300; ++round) {
    std::string output;
    for (int i = 0; i < 12; ++i) output += pieces[random() % pieces.size()];
    std::vector<std::size_t> cuts;
    for (std::size_t at = 1; at < output.size(); ++at) {
      if (random() % 3 == 0) cuts.push_back(at);
    }
    EXPECT_EQ(part(output, cuts), part(output)) << output;
  }
}

}  // namespace
}  // namespace walrus::cli
