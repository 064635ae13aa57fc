#include "text/charset.h"

#include <gtest/gtest.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <random>

#include "base/utf8.h"
#include "text/encodings.h"

namespace walrus::text {
namespace {

constexpr std::string_view kEnglish =
    "The caf\u00e9 on the corner opens at eight; na\u00efve visitors \u201cqueue\u201d outside. ";
constexpr std::string_view kRussian =
    "Съешь же ещё этих мягких французских булок, да выпей чаю. Москва — столица России, крупнейший "
    "по численности населения город страны. ";
constexpr std::string_view kJapanese =
    "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。何でも薄暗いじめじめした所で"
    "ニャーニャー"
    "泣いていた事だけは記憶している。";
constexpr std::string_view kChinese =
    "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。";
constexpr std::string_view kTaiwanese =
    "人人生而自由，在尊嚴和權利上一律平等。他們賦有理性和良心，並應以兄弟關係的精神互相對待。";
constexpr std::string_view kKorean =
    "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 인간은 천부적으로 이성과 "
    "양심을 "
    "부여받았으며 서로 형제애의 정신으로 행동하여야 한다. ";
constexpr std::string_view kPolish =
    "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw. Są oni "
    "obdarzeni "
    "rozumem i sumieniem i powinni postępować wobec innych w duchu braterstwa. ";
constexpr std::string_view kGreek =
    "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα. Είναι "
    "προικισμένοι με λογική και συνείδηση. ";
constexpr std::string_view kTurkish =
    "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana sahiptirler "
    "ve "
    "birbirlerine karşı kardeşlik zihniyeti ile hareket etmelidirler. ";
constexpr std::string_view kHebrew =
    "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון. ";
constexpr std::string_view kThai =
    "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ ต่างมีเหตุผลและมโนธรรม";

std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

std::string encode(std::string_view utf8, const char* converter) {
  auto text =
      icu::UnicodeString::fromUTF8(icu::StringPiece(utf8.data(), static_cast<int>(utf8.size())));
  UErrorCode status = U_ZERO_ERROR;
  UConverter* to = ucnv_open(converter, &status);
  EXPECT_TRUE(U_SUCCESS(status)) << converter;
  std::string out(utf8.size() * 4 + 16, '\0');
  int length = ucnv_fromUChars(to, out.data(), static_cast<int>(out.size()), text.getBuffer(),
                               text.length(), &status);
  EXPECT_TRUE(U_SUCCESS(status)) << converter;
  ucnv_close(to);
  out.resize(static_cast<std::size_t>(length));
  return out;
}

struct Sample {
  const char* label;
  std::string_view text;
};

class DeclaredTest : public ::testing::TestWithParam<Sample> {};

TEST_P(DeclaredTest, IsHonoured) {
  std::string text(GetParam().text);
  const Encoding* encoding = find_encoding(GetParam().label);
  ASSERT_NE(encoding, nullptr);
  Decoded decoded = decode(encode(text, encoding->converter), GetParam().label);
  EXPECT_EQ(decoded.text, text);
  EXPECT_EQ(decoded.encoding, encoding->name);
  EXPECT_FALSE(decoded.guessed);
}

INSTANTIATE_TEST_SUITE_P(
    Charset, DeclaredTest,
    ::testing::Values(Sample{"ISO-8859-1", kEnglish}, Sample{"windows-1251", kRussian},
                      Sample{"KOI8-R", "Съешь ещё"}, Sample{"ibm866", "Москва, столица"},
                      Sample{"iso-8859-5", "Москва, столица"}, Sample{"x-mac-cyrillic", "Москва"},
                      Sample{"shift_jis", kJapanese}, Sample{"EUC-JP", kJapanese},
                      Sample{"iso-2022-jp", kJapanese}, Sample{"hz-gb-2312", kChinese},
                      Sample{"gb2312", kChinese}, Sample{"gb18030", "𠀀 € 鿃"},
                      Sample{"big5", kTaiwanese}, Sample{"euc-tw", kTaiwanese},
                      Sample{"ks_c_5601-1987", kKorean}, Sample{"iso-2022-kr", kKorean},
                      Sample{"iso-8859-2", kPolish}, Sample{"windows-1250", kPolish},
                      Sample{"ibm852", "zażółć gęślą jaźń"}, Sample{"iso-8859-3", "ĉirkaŭ"},
                      Sample{"iso-8859-4", "ģimene ķēde"}, Sample{"iso-8859-6", "مرحبا"},
                      Sample{"iso-8859-7", kGreek}, Sample{"iso-8859-8", "שלום"},
                      Sample{"iso-8859-9", kTurkish}, Sample{"iso-8859-10", "þæð"},
                      Sample{"iso-8859-13", "žąsis"}, Sample{"iso-8859-14", "ŵ ŷ"},
                      Sample{"iso-8859-15", "5 €"}, Sample{"windows-1253", kGreek},
                      Sample{"windows-1254", kTurkish}, Sample{"windows-1255", kHebrew},
                      Sample{"windows-1256", "مرحبا بالعالم"}, Sample{"windows-1257", "žąsis"},
                      Sample{"windows-1258", "Đă"}, Sample{"tis-620", kThai},
                      Sample{"macintosh", "café"}, Sample{"koi8-u", "її ґанок"},
                      Sample{"utf-16le", "漢字仮名"}, Sample{"utf-16be", "漢字仮名"}),
    [](const auto& info) {
      std::string name = info.param.label;
      std::replace_if(name.begin(), name.end(), [](char c) { return !isalnum(c); }, '_');
      return name;
    });

class GuessedTest : public ::testing::TestWithParam<Sample> {};

TEST_P(GuessedTest, IsRecognised) {
  std::string text = repeated(GetParam().text, 6);
  Decoded decoded = decode(encode(text, find_encoding(GetParam().label)->converter), "");
  EXPECT_EQ(decoded.text, text);
  EXPECT_TRUE(decoded.guessed);
}

INSTANTIATE_TEST_SUITE_P(
    Charset, GuessedTest,
    ::testing::Values(Sample{"windows-1252", kEnglish}, Sample{"windows-1251", kRussian},
                      Sample{"shift_jis", kJapanese}, Sample{"euc-jp", kJapanese},
                      Sample{"iso-2022-jp", kJapanese}, Sample{"gb18030", kChinese},
                      Sample{"big5", kTaiwanese}, Sample{"euc-kr", kKorean},
                      Sample{"iso-8859-2", kPolish}, Sample{"iso-8859-7", kGreek},
                      Sample{"windows-1255", kHebrew}, Sample{"tis-620", kThai},
                      Sample{"utf-16le", kRussian}, Sample{"utf-16be", kEnglish},
                      Sample{"utf-16le", "Plain words only"}),
    [](const auto& info) {
      std::string name = info.param.label + std::to_string(info.index);
      std::replace_if(name.begin(), name.end(), [](char c) { return !isalnum(c); }, '_');
      return name;
    });

TEST(DecodeTest, ByteOrderMarksWinOverWhatIsDeclared) {
  using namespace std::string_literals;
  const std::pair<std::string, const char*> marks[] = {
      {"\xEF\xBB\xBF", "UTF-8"},     {"\xFF\xFE", "UTF-16LE"},
      {"\xFE\xFF", "UTF-16BE"},      {"\xFF\xFE\0\0"s, "UTF-32LE"},
      {"\0\0\xFE\xFF"s, "UTF-32BE"}, {"\x84\x31\x95\x33", "GB18030"}};
  for (const auto& [mark, name] : marks) {
    Decoded decoded = decode(mark + encode(kJapanese, name), "windows-1252");
    EXPECT_EQ(decoded.text, kJapanese) << name;
    EXPECT_EQ(decoded.encoding, name);
    EXPECT_FALSE(decoded.guessed);
  }
}

TEST(DecodeTest, Utf8WinsOverAWrongDeclaration) {
  Decoded decoded = decode(kRussian, "iso-8859-1");
  EXPECT_EQ(decoded.text, kRussian);
  EXPECT_EQ(decoded.encoding, "UTF-8");
  EXPECT_FALSE(decoded.guessed);
}

TEST(DecodeTest, Utf8CutInTheMiddleOfACharacterStaysUtf8) {
  std::string cut(kRussian.substr(0, kRussian.size() - 2));
  cut.resize(cut.size() - (is_code_point_start(kRussian, cut.size()) ? 1 : 0));
  for (const char* declared : {"", "utf-8"}) {
    Decoded decoded = decode(cut, declared);
    EXPECT_EQ(decoded.encoding, "UTF-8");
    EXPECT_TRUE(decoded.text.starts_with("Съешь же ещё"));
    EXPECT_TRUE(decoded.text.ends_with("\uFFFD"));
  }
}

TEST(DecodeTest, AnImpossibleDeclarationIsPassedOver) {
  std::string bytes = encode(repeated(kRussian, 4), "windows-1251");
  for (const char* declared : {"utf-8", "shift_jis", "no-such-charset", "utf-7", "\" \"", ""}) {
    EXPECT_EQ(decode(bytes, declared).text, repeated(kRussian, 4)) << declared;
  }
}

TEST(DecodeTest, ZeroBytesAsSeparatorsAreNotUtf16) {
  std::string text("hello\0world", 11);
  EXPECT_EQ(decode(text, "").encoding, "UTF-8");
  EXPECT_EQ(decode(text, "").text, text);
}

TEST(DecodeTest, EmptyAndGarbageGiveValidUtf8) {
  EXPECT_EQ(decode("", "").text, "");
  EXPECT_EQ(decode("", "").encoding, "UTF-8");
  unsigned seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const char* labels[] = {"",          "utf-8", "utf-16", "gb18030", "iso-2022-jp",
                          "shift_jis", "big5",  "hz"};
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 300, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    Decoded decoded = decode(bytes, labels[random() % std::size(labels)]);
    ASSERT_TRUE(is_valid_utf8(decoded.text)) << decoded.encoding;
    ASSERT_NE(find_encoding(decoded.encoding), nullptr) << decoded.encoding;
    ASSERT_TRUE(is_valid_utf8(normalize(bytes)));
  }
}

TEST(EncodingsTest, LabelsAreReadLooselyAndDangerousOnesAreUnknown) {
  EXPECT_EQ(find_encoding(" \"UTF8\" ")->name, "UTF-8");
  EXPECT_EQ(find_encoding("Latin1")->name, "windows-1252");
  for (const char* label : {"", "utf-7", "scsu", "bocu-1", "ibm037", "utf-8 utf8", " "}) {
    EXPECT_EQ(find_encoding(label), nullptr) << label;
  }
}

TEST(NormalizeTest, LineEndsBecomeOne) {
  EXPECT_EQ(normalize("a\r\nb\rc\nd\r\r\ne\fg\u0085h\u2028i\u2029j\vk"),
            "a\nb\nc\nd\n\ne\ng\nh\ni\nj\nk");
}

TEST(NormalizeTest, Composes) {
  EXPECT_EQ(normalize("cafe\u0301 \u1100\u1161\u11A8"), "caf\u00e9 \uac01");
  EXPECT_EQ(normalize("e\u200B\u0301"), "\u00e9") << "what is dropped does not keep letters apart";
}

TEST(NormalizeTest, DropsWhatIsInvisible) {
  std::string hidden;
  for (char32_t c = 0xE0000; c < 0xE0080; ++c) append_code_point(hidden, c);
  EXPECT_EQ(normalize("a" + hidden + "b"), "ab");
  EXPECT_EQ(normalize(std::string("a\0b\x1B\x7F\x08", 6)), "ab");
  EXPECT_EQ(normalize("\uFEFFx\u200B\u200E\u202Ey\u2066z\u2069\u00ADw\uFFFF"), "xyzw");
}

TEST(NormalizeTest, KeepsWhatScriptsAndEmojiNeed) {
  for (std::string_view text :
       {"می\u200Cخواهم", "क्\u200Dष", "❤\uFE0F\u200D🔥", "👩\u200D👩\u200D👧", "葛\U000E0100",
        "tab\tand\nline", "\uFFFD\uE000"}) {
    EXPECT_EQ(normalize(text), text);
  }
}

TEST(NormalizeTest, RowsOfSelectorsAndJoinersAreCut) {
  EXPECT_EQ(normalize("😀\uFE0F\U000E0152\U000E0153"), "😀\uFE0F");
  EXPECT_EQ(normalize("a\u200D\u200C\u200D\u200Cb"), "a\u200Db");
  EXPECT_EQ(normalize("a\u200D\uFE0F\u200D\uFE0Fb"), "a\u200Db");
}

TEST(NormalizeTest, IsIdempotent) {
  unsigned seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const char32_t interesting[] = {'\r',   '\n',   0x200C, 0x200D,  0xFE0F, 0xE0100,
                                  0x301,  0x323,  'e',    0xAD,    0x1100, 0x1161,
                                  0x11A8, 0x2028, 0xFEFF, 0x1F600, 0x0F71, 0x0F72};
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (int i = random() % 20; i > 0; --i) append_code_point(text, interesting[random() % 18]);
    std::string once = normalize(text);
    ASSERT_EQ(normalize(once), once);
  }
}

}  // namespace
}  // namespace walrus::text
