#include "extract/frames.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>

namespace walrus::extract {
namespace {

text::StructuredText sample() {
  text::StructuredText document;
  document.title = "Title";
  document.text = "Erster Teil\n\nzweiter Täil";
  document.sections = {{0, 1, "One"}, {13, 2, "Two"}};
  document.encoding = "UTF-8";
  document.pages = 2;
  return document;
}

Result<std::optional<Message>> read(std::string_view bytes, ExtractLimits limits = {}) {
  FrameReader reader(limits);
  reader.append(bytes);
  return reader.next();
}

TEST(Frames, MessagesArriveAsTheyWereSent) {
  FrameReader reader({});
  std::string bytes = to_frame(Progress{3, 10}) +
                      to_frame(Error{ErrorCode::kTooLarge, "Too large.", "detail"}) +
                      to_frame(sample()) + to_frame(SelfTest{true, false, true, true, "a leak"});
  std::vector<Message> messages;
  for (char byte : bytes) {
    reader.append({&byte, 1});
    auto message = reader.next();
    ASSERT_TRUE(message);
    if (*message) messages.push_back(std::move(**message));
  }
  ASSERT_EQ(messages.size(), 4u);
  EXPECT_FALSE(reader.pending());
  EXPECT_EQ(std::get<Progress>(messages[0]).done, 3u);
  EXPECT_EQ(std::get<Progress>(messages[0]).total, 10u);
  EXPECT_EQ(std::get<Error>(messages[1]).code, ErrorCode::kTooLarge);
  EXPECT_EQ(std::get<Error>(messages[1]).message, "Too large.");
  auto& document = std::get<text::StructuredText>(messages[2]);
  EXPECT_EQ(document.text, sample().text);
  EXPECT_EQ(document.title, "Title");
  ASSERT_EQ(document.sections.size(), 2u);
  EXPECT_EQ(document.sections[1].start, 13u);
  EXPECT_EQ(document.sections[1].page, 2);
  EXPECT_EQ(document.sections[1].heading, "Two");
  EXPECT_EQ(std::get<SelfTest>(messages[3]).leaks, "a leak");
  EXPECT_FALSE(std::get<SelfTest>(messages[3]).own_network);
}

TEST(Frames, ALieInADocumentIsRefused) {
  using Lie = std::function<void(text::StructuredText&)>;
  const std::pair<const char*, Lie> lies[] = {
      {"no text", [](auto& d) { d.text.clear(); }},
      {"invalid UTF-8", [](auto& d) { d.text[3] = '\xFF'; }},
      {"control character", [](auto& d) { d.text[3] = '\x1b'; }},
      {"NUL", [](auto& d) { d.text[3] = '\0'; }},
      {"C1 control character", [](auto& d) { d.text += "\xC2\x9B"; }},
      {"newline in the title", [](auto& d) { d.title = "a\nb"; }},
      {"long title", [](auto& d) { d.title.assign(kMaxTitleBytes + 1, 'x'); }},
      {"long heading", [](auto& d) { d.sections[0].heading.assign(kMaxHeadingBytes + 1, 'x'); }},
      {"broken heading", [](auto& d) { d.sections[0].heading = "\xC3"; }},
      {"long encoding", [](auto& d) { d.encoding.assign(65, 'x'); }},
      {"no sections", [](auto& d) { d.sections.clear(); }},
      {"first section not at the start", [](auto& d) { d.sections[0].start = 1; }},
      {"section past the end", [](auto& d) { d.sections[1].start = d.text.size(); }},
      {"section far past the end", [](auto& d) { d.sections[1].start = ~0ull; }},
      {"section inside a character", [](auto& d) { d.sections[1].start = d.text.find("ä") + 1; }},
      {"sections out of order", [](auto& d) { d.sections.push_back({5, 2, ""}); }},
      {"two sections in one place", [](auto& d) { d.sections.push_back({13, 2, ""}); }},
      {"pages out of order", [](auto& d) { d.sections[0].page = 2, d.sections[1].page = 1; }},
      {"page past the last", [](auto& d) { d.sections[1].page = 3; }},
      {"negative page", [](auto& d) { d.sections[1].page = -1; }},
      {"too many pages", [](auto& d) { d.pages = 10'001; }},
      {"negative pages", [](auto& d) { d.pages = -1; }},
  };
  for (const auto& [what, lie] : lies) {
    text::StructuredText document = sample();
    lie(document);
    EXPECT_FALSE(read(to_frame(document))) << what;
  }
  EXPECT_TRUE(read(to_frame(sample())));
}

WebPage sample_page() {
  WebPage page;
  page.document = sample();
  page.language = "de";
  page.canonical = "/a";
  page.base = "/b/";
  page.noindex = true;
  page.links = {{"one", false}, {"two", true}};
  return page;
}

TEST(Frames, APageArrivesAsItWasSent) {
  auto message = read(to_frame(sample_page()));
  ASSERT_TRUE(message && *message);
  auto& page = std::get<WebPage>(**message);
  EXPECT_EQ(page.document.text, sample().text);
  EXPECT_EQ(page.language, "de");
  EXPECT_EQ(page.canonical, "/a");
  EXPECT_EQ(page.base, "/b/");
  EXPECT_TRUE(page.noindex);
  EXPECT_FALSE(page.nofollow);
  ASSERT_EQ(page.links.size(), 2u);
  EXPECT_EQ(page.links[1].address, "two");
  EXPECT_TRUE(page.links[1].nofollow);
  EXPECT_TRUE(read(to_frame(WebPage())));
}

TEST(Frames, ALieInAPageIsRefused) {
  using Lie = std::function<void(WebPage&)>;
  const std::pair<const char*, Lie> lies[] = {
      {"invalid text", [](auto& p) { p.document.text[3] = '\xFF'; }},
      {"sections without text", [](auto& p) { p.document.text.clear(); }},
      {"text without sections", [](auto& p) { p.document.sections.clear(); }},
      {"long language", [](auto& p) { p.language.assign(kMaxLanguageBytes + 1, 'x'); }},
      {"newline in an address", [](auto& p) { p.canonical = "a\nb"; }},
      {"broken base", [](auto& p) { p.base = "\xC3"; }},
      {"long address", [](auto& p) { p.links[0].address.assign(kMaxAddressBytes + 1, 'x'); }},
      {"empty address", [](auto& p) { p.links[0].address.clear(); }},
      {"control character", [](auto& p) { p.links[1].address = "a\x1b"; }},
      {"too many links", [](auto& p) { p.links.resize(kMaxPageLinks + 1, {"x", false}); }},
  };
  for (const auto& [what, lie] : lies) {
    WebPage page = sample_page();
    lie(page);
    EXPECT_FALSE(read(to_frame(page))) << what;
  }
}

TEST(Frames, LimitsAreThoseOfTheParent) {
  ExtractLimits limits;
  limits.text_bytes = 10;
  EXPECT_FALSE(read(to_frame(sample()), limits));
  limits.text_bytes = 100;
  limits.pages = 1;
  EXPECT_FALSE(read(to_frame(sample()), limits));
}

TEST(Frames, BrokenFramesAreRefusedAtOnce) {
  EXPECT_FALSE(read(std::string_view("\x09", 1)));
  EXPECT_FALSE(read(std::string_view("\x01\x11\0\0\0", 5)));        // progress of 17 bytes
  EXPECT_FALSE(read(std::string_view("\x03\xFF\xFF\xFF\xFF", 5)));  // a document of 4 GiB
  EXPECT_FALSE(read(std::string_view("\x01\x02\0\0\0xx", 7)));      // progress of 2 bytes
  EXPECT_FALSE(read(to_frame(Progress{5, 4})));
  EXPECT_FALSE(read(to_frame(Error{ErrorCode::kCancelled, "x", ""})));  // not the child's to say
  EXPECT_FALSE(read(to_frame(Error{ErrorCode::kTooLarge, "", ""})));
  EXPECT_FALSE(read(to_frame(Error{ErrorCode::kTooLarge, "a\x1b[1m", ""})));
  std::string longer = to_frame(sample());
  longer[1] = static_cast<char>(longer[1] + 1);
  EXPECT_FALSE(read(longer + "x"));  // a byte more than the document needs
}

TEST(Frames, RandomDamageIsRefusedOrHarmless) {
  unsigned seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = to_frame(sample());
    for (unsigned i = 1 + random() % 4; i > 0; --i)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    auto message = read(bytes);
    if (!message || !*message || !std::holds_alternative<text::StructuredText>(**message)) continue;
    auto& document = std::get<text::StructuredText>(**message);
    ASSERT_FALSE(document.sections.empty());
    ASSERT_EQ(document.sections[0].start, 0u);
    ASSERT_LT(document.sections.back().start, document.text.size());
  }
}

}  // namespace
}  // namespace walrus::extract
