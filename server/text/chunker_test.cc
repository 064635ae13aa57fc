#include "text/chunker.h"

#include <gtest/gtest.h>
#include <unicode/uchar.h>

#include <chrono>
#include <random>
#include <thread>

#include "base/utf8.h"

namespace walrus::text {
namespace {

using Random = std::mt19937;

StructuredText structured(std::string text) {
  StructuredText result;
  result.text = std::move(text);
  if (!result.text.empty()) result.sections.push_back({0, 0, ""});
  return result;
}

bool is_blank(std::string_view text) {
  Range inner = trim(text, {0, text.size()});
  return inner.begin == inner.end;
}

std::string_view slice(const StructuredText& text, std::size_t begin, std::size_t end) {
  return std::string_view(text.text).substr(begin, end - begin);
}

int words_in(std::string_view text) {
  int words = 0;
  each_segment(text, [&](Range, SegmentKind kind) { words += kind != SegmentKind::kNone; });
  return words;
}

void expect_no_white_space_around(const StructuredText& text, std::size_t begin, std::size_t end) {
  ASSERT_LT(begin, end);
  ASSERT_LE(end, text.text.size());
  ASSERT_TRUE(is_code_point_start(text.text, begin) && is_code_point_start(text.text, end));
  Range inner = trim(text.text, {begin, end});
  ASSERT_EQ(inner.begin, begin);
  ASSERT_EQ(inner.end, end);
}

void expect_windows_tile(const StructuredText& text, const ChunkPlan& plan, const Chunk& chunk) {
  ASSERT_LT(chunk.first_window, chunk.last_window);
  ASSERT_LE(chunk.last_window, static_cast<int>(plan.windows.size()));
  std::size_t at = chunk.begin;
  for (int i = chunk.first_window; i < chunk.last_window; ++i) {
    const Window& window = plan.windows[static_cast<std::size_t>(i)];
    ASSERT_TRUE(is_blank(slice(text, at, window.begin)));
    if (i == chunk.first_window) ASSERT_EQ(window.begin, chunk.begin);
    at = window.end;
  }
  ASSERT_EQ(at, chunk.end);
}

// What is promised of every plan.
void expect_sound(const StructuredText& text, const ChunkOptions& options) {
  ChunkPlan plan = plan_chunks(text, options);
  std::size_t covered = 0;
  for (const Chunk& chunk : plan.chunks) {
    ASSERT_NO_FATAL_FAILURE(expect_no_white_space_around(text, chunk.begin, chunk.end));
    if (chunk.begin > covered) ASSERT_TRUE(is_blank(slice(text, covered, chunk.begin)));
    ASSERT_GT(chunk.end, covered) << "a chunk brings something new";
    covered = chunk.end;
    ASSERT_LE(chunk.words, options.words);
    ASSERT_LE(words_in(slice(text, chunk.begin, chunk.end)), chunk.words + chunk.words / 8 + 1);
    ASSERT_EQ(chunk.start_offset, count_code_points(slice(text, 0, chunk.begin)));
    ASSERT_EQ(chunk.end_offset, count_code_points(slice(text, 0, chunk.end)));
    ASSERT_NO_FATAL_FAILURE(expect_windows_tile(text, plan, chunk));
  }
  ASSERT_TRUE(is_blank(slice(text, covered, text.text.size())));
  for (const Window& window : plan.windows) {
    ASSERT_NO_FATAL_FAILURE(expect_no_white_space_around(text, window.begin, window.end));
    ASSERT_LE(words_in(slice(text, window.begin, window.end)), options.window_words * 9 / 8 + 1);
  }
}

std::string random_sentence(Random& random, int words) {
  static const char* const kVocabulary[] = {"walrus", "ice",   "the",  "of",   "caf\u00e9",
                                            "3.14",   "don't", "море", "tusk", "a",
                                            "sea",    "(see",  "b)",   "naïve"};
  std::string sentence = "The";
  for (int i = 1; i < words; ++i) {
    sentence += ' ';
    sentence += kVocabulary[random() % std::size(kVocabulary)];
  }
  return sentence + ". ";
}

TEST(ChunkerTest, OrdinaryTextIsCutAtSentenceEndsWithTheOverlapAskedFor) {
  unsigned seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  Random random(seed);
  std::string body;
  for (int i = 0; i < 2000; ++i)
    body += random_sentence(random, 3 + static_cast<int>(random() % 30));
  StructuredText text = structured(body);
  ASSERT_NO_FATAL_FAILURE(expect_sound(text, {}));
  ChunkPlan plan = plan_chunks(text, {});
  ASSERT_GT(plan.chunks.size(), 30u);
  for (std::size_t i = 0; i + 1 < plan.chunks.size(); ++i) {
    const Chunk& chunk = plan.chunks[i];
    EXPECT_EQ(text.text[chunk.end - 1], '.');
    EXPECT_GT(chunk.words, 800 - 40);
    int shared = words_in(slice(text, plan.chunks[i + 1].begin, chunk.end));
    EXPECT_NEAR(shared, 200, 20);
    EXPECT_LT(plan.chunks[i + 1].first_window, chunk.last_window) << "windows are shared";
  }
}

TEST(ChunkerTest, AnyTextGivesASoundPlan) {
  static const std::string kLongWord(90, 'w');
  static const char* const kParts[] = {"word",
                                       " ",
                                       "\n",
                                       "\n\n",
                                       ". ",
                                       "! ",
                                       "中文句子没有空格",
                                       "。",
                                       "ภาษาไทยไม่มีช่องว่าง",
                                       "👩‍👩‍👧",
                                       "----",
                                       "\t",
                                       "(",
                                       ")",
                                       "e\u0301",
                                       "a_b-c",
                                       "1,234.5",
                                       "\u00a0",
                                       "\u3000",
                                       "नमस्ते",
                                       "?\n",
                                       "Heading",
                                       " the ",
                                       "\u0301",
                                       kLongWord.c_str()};
  for (int round = 0; round < 400; ++round) {
    unsigned seed = std::random_device{}();
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    Random random(seed);
    StructuredText text;
    for (unsigned parts = random() % 600; parts > 0; --parts) {
      if (text.text.empty() || random() % 40 == 0) {
        std::string heading = random() % 2 ? "H" + std::to_string(random() % 3) : "";
        text.sections.push_back({text.text.size(), static_cast<int>(random() % 9), heading});
      }
      text.text += kParts[random() % std::size(kParts)];
    }
    ChunkOptions options;
    options.words = 4 + static_cast<int>(random() % 100);
    options.overlap = static_cast<int>(random() % static_cast<unsigned>(options.words / 2 + 1));
    options.window_words = 1 + static_cast<int>(random() % static_cast<unsigned>(options.words));
    ASSERT_NO_FATAL_FAILURE(expect_sound(text, options));
  }
}

TEST(ChunkerTest, EqualTextGivesAnEqualPlanOnEveryThread) {
  Random random(7);
  std::string body;
  for (int i = 0; i < 300; ++i) body += random_sentence(random, 12);
  StructuredText text = structured(body);
  ChunkPlan expected = plan_chunks(text, {});
  std::vector<ChunkPlan> plans(4);
  std::vector<std::thread> threads;
  threads.reserve(plans.size());
  for (ChunkPlan& plan : plans) threads.emplace_back([&] { plan = plan_chunks(text, {}); });
  for (std::thread& thread : threads) thread.join();
  for (const ChunkPlan& plan : plans) {
    ASSERT_EQ(plan.chunks.size(), expected.chunks.size());
    for (std::size_t i = 0; i < plan.chunks.size(); ++i) {
      EXPECT_EQ(plan.chunks[i].begin, expected.chunks[i].begin);
      EXPECT_EQ(plan.chunks[i].end, expected.chunks[i].end);
    }
    EXPECT_EQ(plan.windows.size(), expected.windows.size());
  }
}

TEST(ChunkerTest, PagesAndHeadingsAreThoseOfTheFirstCharacter) {
  StructuredText text;
  for (int page = 1; page <= 30; ++page) {
    std::string heading = "Chapter " + std::to_string(page);
    text.sections.push_back({text.text.size(), page, heading});
    text.text += heading + "\n";
    for (int i = 0; i < 10; ++i) text.text += "Ten words are in each of these sentences, always. ";
    text.text += "\n";
  }
  ChunkOptions options{.words = 250, .overlap = 60, .window_words = 60};
  ASSERT_NO_FATAL_FAILURE(expect_sound(text, options));
  ChunkPlan plan = plan_chunks(text, options);
  EXPECT_EQ(plan.chunks.front().heading, "Chapter 1");
  EXPECT_EQ(plan.chunks.front().page, 1);
  for (const Chunk& chunk : plan.chunks) {
    std::size_t section = 0;
    while (section + 1 < 30 && text.sections[section + 1].start <= chunk.begin) ++section;
    EXPECT_EQ(chunk.page, text.sections[section].page);
    EXPECT_EQ(chunk.heading.data(), text.sections[section].heading.data());
    std::string_view body = slice(text, chunk.begin, chunk.end);
    std::size_t last_line = body.rfind('\n');
    if (last_line == std::string_view::npos) continue;
    EXPECT_FALSE(body.substr(last_line + 1).starts_with("Chapter")) << "ends with a heading";
  }
  int begun_with_heading = 0;
  for (const Window& window : plan.windows) {
    begun_with_heading += slice(text, window.begin, window.end).starts_with("Chapter");
  }
  EXPECT_EQ(begun_with_heading, 30);
}

TEST(ChunkerTest, ASentenceLongerThanAChunkIsCutBetweenWords) {
  std::string body;
  for (int i = 0; i < 3000; ++i) body += "word" + std::to_string(i) + " ";
  StructuredText text = structured(body);
  ASSERT_NO_FATAL_FAILURE(expect_sound(text, {}));
  ChunkPlan plan = plan_chunks(text, {});
  EXPECT_NEAR(static_cast<int>(plan.chunks.size()), 5, 1);
  for (const Chunk& chunk : plan.chunks) {
    EXPECT_TRUE(slice(text, chunk.begin, chunk.end).starts_with("word"));
    EXPECT_EQ(text.text[chunk.end], ' ');
  }
}

TEST(ChunkerTest, LanguagesWithoutSpacesHaveWords) {
  std::string chinese;
  std::string thai;
  for (int i = 0; i < 400; ++i) chinese += "人人生而自由，在尊严和权利上一律平等。";
  for (int i = 0; i < 400; ++i) thai += "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกัน ";
  for (const std::string& body : {chinese, thai}) {
    StructuredText text = structured(body);
    ASSERT_NO_FATAL_FAILURE(expect_sound(text, {}));
    EXPECT_GT(plan_chunks(text, {}).chunks.size(), 4u);
  }
}

TEST(ChunkerTest, NothingToCutGivesNothing) {
  EXPECT_TRUE(plan_chunks(StructuredText{}, {}).chunks.empty());
  ChunkPlan plan = plan_chunks(structured(std::string(1 << 20, '\n') + "\u3000"), {});
  EXPECT_TRUE(plan.chunks.empty());
  EXPECT_TRUE(plan.windows.empty());
}

TEST(ChunkerTest, OptionsOutOfRangeAreBroughtIntoIt) {
  StructuredText text = structured("One two three. Four five six. Seven eight nine.");
  for (int words : {-1, 0, 1, 2}) {
    ChunkPlan plan = plan_chunks(text, {.words = words, .overlap = 1000, .window_words = -5});
    EXPECT_EQ(plan.chunks.front().begin, 0u);
    EXPECT_EQ(plan.chunks.back().end, text.text.size());
  }
}

std::string repeated(std::string_view part, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += part;
  return text;
}

// Quadratic code would need minutes for these, and one endless chunk would be no use to anybody.
TEST(ChunkerTest, HostileTextIsCutInTimeAndSmall) {
  constexpr std::size_t kMegabyte = 1 << 20;
  const std::string_view parts[] = {"a",   "-",     "🦭", "中", "ก",  "\u0301",  "- ",
                                    "-\n", "a\n",   "a.", ".",  "(",  "👩‍", "a b ",
                                    "I.",  "😀 \n", "\"", "1",  "한", "🇩🇪"};
  for (std::string_view part : parts) {
    SCOPED_TRACE(part);
    StructuredText text = structured(repeated(part, kMegabyte));
    auto start = std::chrono::steady_clock::now();
    ASSERT_NO_FATAL_FAILURE(expect_sound(text, {}));
    double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    EXPECT_LT(seconds, 60);
    for (const Chunk& chunk : plan_chunks(text, {}).chunks) {
      EXPECT_LE(chunk.end - chunk.begin, 2 * 64u * 801u);
    }
  }
}

TEST(ChunkerTest, SpeedOnEnglish) {
  Random random(1);
  std::string body;
  for (int i = 0; i < 45'000; ++i) body += random_sentence(random, 20);
  StructuredText text = structured(std::move(body));
  auto start = std::chrono::steady_clock::now();
  ChunkPlan plan = plan_chunks(text, {});
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  RecordProperty("kilobytes_per_second", static_cast<int>(text.text.size() / seconds / 1e3));
  EXPECT_GT(plan.chunks.size(), 1000u);
  EXPECT_LT(seconds, 60);
}

TEST(SegmentationTest, WrappedLinesAreOneSentence) {
  std::string text =
      "The walrus is a large\nflippered marine mammal. It lives\nin the north.\nNew "
      "line\nSecond\n\npart";
  std::vector<std::string_view> sentences;
  for (Range range : split_sentences(text)) {
    sentences.push_back(std::string_view(text).substr(range.begin, range.end - range.begin));
  }
  EXPECT_EQ(sentences, (std::vector<std::string_view>{
                           "The walrus is a large\nflippered marine mammal.",
                           "It lives\nin the north.", "New line", "Second", "part"}));
}

TEST(SegmentationTest, SegmentsTileTheText) {
  std::string text = "Walrus' 3.14 — 漢字かな 🦭\r\n x";
  std::size_t at = 0;
  int words = 0;
  each_segment(text, [&](Range range, SegmentKind kind) {
    EXPECT_EQ(range.begin, at);
    at = range.end;
    words += kind != SegmentKind::kNone;
  });
  EXPECT_EQ(at, text.size());
  EXPECT_EQ(words, 5);
}

}  // namespace
}  // namespace walrus::text
