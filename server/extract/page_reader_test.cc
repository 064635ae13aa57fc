#include "extract/page_reader.h"

#include <gmock/gmock.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "extract/extractor.h"

namespace walrus::extract {
namespace {

using testing::HasSubstr;

PageReader make_reader(const char* helper = "walrus-extract", ExtractLimits limits = {}) {
  const char* folder = std::getenv("WALRUS_BUILD_DIR");
  std::filesystem::path program = std::filesystem::path(folder == nullptr ? "." : folder) / helper;
  auto extractor = Extractor::create(program, SandboxRequirement::kBest, limits);
  if (!extractor) {
    ADD_FAILURE() << extractor.error().message << " " << extractor.error().detail;
    std::abort();
  }
  return extractor->page_reader();
}

WebPage read(PageReader& reader, std::string_view html, std::string_view charset = {}) {
  auto page = reader.read(html, charset, {});
  EXPECT_TRUE(page) << (page ? "" : page.error().message + " " + page.error().detail);
  return page ? *page : WebPage();
}

ErrorCode error_of(PageReader& reader, std::string_view html) {
  auto page = reader.read(html, {}, {});
  EXPECT_FALSE(page) << page->document.text;
  return page ? ErrorCode::kInternalError : page.error().code;
}

TEST(PageReader, ManyPagesOneAfterTheOther) {
  PageReader reader = make_reader();
  for (int i = 0; i < 450; ++i) {
    std::string number = std::to_string(i);
    WebPage page = read(reader, "<html lang=en><title>T" + number + "</title><p>page " + number +
                                    "<a href=/next" + number + ">next</a>");
    EXPECT_EQ(page.document.title, "T" + number);
    EXPECT_THAT(page.document.text, HasSubstr("page " + number));
    ASSERT_EQ(page.links.size(), 1u);
    EXPECT_EQ(page.links[0].address, "/next" + number);
  }
}

TEST(PageReader, WhatTheServerSaysOfTheEncodingGoesBeforeThePage) {
  PageReader reader = make_reader();
  std::string html = "<meta charset=iso-8859-2><p>\xCF\xF0\xE8\xE2\xE5\xF2";
  EXPECT_EQ(read(reader, html, "windows-1251").document.text, "Привет");
  EXPECT_EQ(read(reader, html, "no-such-thing").document.encoding, "ISO-8859-2");
  EXPECT_EQ(read(reader, "\xEF\xBB\xBF<p>Привет", "windows-1251").document.text, "Привет");
}

TEST(PageReader, APageWithoutTextIsNoError) {
  PageReader reader = make_reader();
  WebPage page = read(reader, "<title>Gallery</title><a href=1.html><img src=1.jpg></a>");
  EXPECT_EQ(page.document.title, "Gallery");
  EXPECT_EQ(page.document.text, "");
  EXPECT_EQ(page.links.size(), 1u);
  EXPECT_EQ(read(reader, "").document.text, "");
}

TEST(PageReader, LargePagesGoBothWays) {
  PageReader reader = make_reader();
  std::string html;
  for (int i = 0; i < 100'000; ++i) html += "<p>a paragraph, of some words, and a number.";
  EXPECT_GT(read(reader, html).document.text.size(), 4u << 20);
  EXPECT_EQ(error_of(reader, std::string(kMaxRequestBytes + 1, 'x')), ErrorCode::kTooLarge);
}

TEST(PageReader, OnePageThatFailsIsThatPageAlone) {
  ExtractLimits limits;
  limits.memory_bytes = 256u << 20;
  PageReader reader = make_reader("walrus-extract", limits);
  std::string bomb;
  for (int i = 0; i < 2'000'000; ++i) bomb += "<p a>x";
  EXPECT_EQ(error_of(reader, bomb), ErrorCode::kTooLarge);
  EXPECT_EQ(read(reader, "<p>the next").document.text, "the next");
}

TEST(PageReader, AHostileChildIsNotBelieved) {
  PageReader reader = make_reader("extract_hostile_helper");
  EXPECT_EQ(read(reader, "a page").document.text, "a page");
  for (const char* order :
       {"noise", "silence", "crash", "two pages", "a document", "flood", "invalid text"}) {
    auto page = reader.read(order, {}, {});
    EXPECT_FALSE(page) << order;
    EXPECT_EQ(read(reader, "a page").document.text, "a page") << order;
  }
}

TEST(PageReader, StopsWithinASecond) {
  PageReader reader = make_reader("extract_hostile_helper");
  std::stop_source stop;
  auto start = std::chrono::steady_clock::now();
  std::jthread stopper([&] { stop.request_stop(); });
  auto page = reader.read("hang", {}, stop.get_token());
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::kCancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

}  // namespace
}  // namespace walrus::extract
