#include "text/encodings.h"

#include <string>

#include "base/ascii.h"

namespace walrus::text {

namespace {

// As the standard has it, narrower encodings are read as their supersets: ISO-8859-1 is
// windows-1252, GB2312 is GB18030, Shift_JIS is Windows code page 932. The standard's "replacement"
// encodings (ISO-2022-KR and others) are decoded, for here nothing is executed.
constexpr Encoding kEncodings[] = {
    {"UTF-8", "UTF-8",
     " utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8 "},
    {"UTF-16LE", "UTF-16LE",
     " utf-16le utf-16 ucs-2 iso-10646-ucs-2 csunicode unicode unicodefeff "},
    {"UTF-16BE", "UTF-16BE", " utf-16be unicodefffe "},
    {"UTF-32LE", "UTF-32LE", " utf-32le utf-32 ucs-4 "},
    {"UTF-32BE", "UTF-32BE", " utf-32be "},
    {"windows-1252", "windows-1252",
     " windows-1252 iso-8859-1 ascii us-ascii latin1 latin-1 cp1252 x-cp1252 iso8859-1 iso88591 "
     "iso_8859-1 iso_8859-1:1987 l1 cp819 ibm819 iso-ir-100 ansi_x3.4-1968 csisolatin1 "},
    {"windows-1250", "windows-1250", " windows-1250 cp1250 x-cp1250 "},
    {"windows-1251", "windows-1251", " windows-1251 cp1251 x-cp1251 "},
    {"windows-1253", "windows-1253", " windows-1253 cp1253 x-cp1253 "},
    {"windows-1254", "windows-1254",
     " windows-1254 cp1254 x-cp1254 iso-8859-9 iso8859-9 iso88599 iso_8859-9 latin5 l5 "
     "iso_8859-9:1989 iso-ir-148 csisolatin5 "},
    {"windows-1255", "windows-1255", " windows-1255 cp1255 x-cp1255 "},
    {"windows-1256", "windows-1256", " windows-1256 cp1256 x-cp1256 "},
    {"windows-1257", "windows-1257", " windows-1257 cp1257 x-cp1257 "},
    {"windows-1258", "windows-1258", " windows-1258 cp1258 x-cp1258 "},
    {"windows-874", "windows-874",
     " windows-874 tis-620 tis620 dos-874 iso-8859-11 iso8859-11 iso885911 "},
    // ICU has no ISO-8859-16, which writes Romanian as ISO-8859-2 does but for the shape of a tail.
    {"ISO-8859-2", "ISO-8859-2",
     " iso-8859-2 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 iso-ir-101 latin2 l2 csisolatin2 "
     "iso-8859-16 "},
    {"ISO-8859-3", "ISO-8859-3",
     " iso-8859-3 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 iso-ir-109 latin3 l3 csisolatin3 "},
    {"ISO-8859-4", "ISO-8859-4",
     " iso-8859-4 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 iso-ir-110 latin4 l4 csisolatin4 "},
    {"ISO-8859-5", "ISO-8859-5",
     " iso-8859-5 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988 iso-ir-144 cyrillic "
     "csisolatincyrillic "},
    {"ISO-8859-6", "ISO-8859-6",
     " iso-8859-6 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987 iso-ir-127 arabic asmo-708 "
     "ecma-114 "
     "iso-8859-6-e iso-8859-6-i csisolatinarabic "},
    {"ISO-8859-7", "ISO-8859-7",
     " iso-8859-7 iso8859-7 iso88597 iso_8859-7 iso_8859-7:1987 iso-ir-126 greek greek8 ecma-118 "
     "elot_928 csisolatingreek "},
    {"ISO-8859-8", "ISO-8859-8",
     " iso-8859-8 iso8859-8 iso88598 iso_8859-8 iso_8859-8:1988 iso-ir-138 hebrew visual logical "
     "iso-8859-8-e iso-8859-8-i csisolatinhebrew "},
    {"ISO-8859-10", "ISO-8859-10",
     " iso-8859-10 iso8859-10 iso885910 iso-ir-157 l6 latin6 csisolatin6 "},
    {"ISO-8859-13", "ISO-8859-13", " iso-8859-13 iso8859-13 iso885913 "},
    {"ISO-8859-14", "ISO-8859-14", " iso-8859-14 iso8859-14 iso885914 "},
    {"ISO-8859-15", "ISO-8859-15",
     " iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9 latin9 csisolatin9 "},
    {"KOI8-R", "KOI8-R", " koi8-r koi koi8 koi8_r cskoi8r "},
    {"KOI8-U", "KOI8-U", " koi8-u koi8-ru "},
    {"IBM852", "ibm-852", " ibm852 cp852 "},
    {"IBM855", "ibm-855", " ibm855 cp855 "},
    {"IBM866", "ibm-866", " ibm866 cp866 866 csibm866 "},
    {"macintosh", "macintosh", " macintosh mac x-mac-roman csmacintosh "},
    {"x-mac-cyrillic", "x-mac-cyrillic", " x-mac-cyrillic x-mac-ukrainian mac-cyrillic "},
    {"x-mac-ce", "x-mac-ce", " x-mac-ce mac-centraleurope "},
    {"GB18030", "GB18030",
     " gb18030 gbk gb2312 gb_2312 gb_2312-80 chinese csgb2312 csiso58gb231280 iso-ir-58 x-gbk "
     "cp936 "},
    {"HZ-GB-2312", "HZ-GB-2312", " hz-gb-2312 hz "},
    {"Big5", "Big5-HKSCS", " big5 big5-hkscs big-5 cn-big5 csbig5 x-x-big5 cp950 "},
    {"EUC-TW", "EUC-TW", " euc-tw "},
    {"EUC-JP", "EUC-JP", " euc-jp x-euc-jp cseucpkdfmtjapanese "},
    {"ISO-2022-JP", "ISO-2022-JP", " iso-2022-jp csiso2022jp "},
    {"Shift_JIS", "windows-31j",
     " shift_jis shift-jis sjis ms_kanji windows-31j x-sjis csshiftjis ms932 cp932 "},
    {"EUC-KR", "windows-949",
     " euc-kr uhc korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949 cp949 "
     "iso-ir-149 "
     "cseuckr csksc56011987 "},
    {"ISO-2022-KR", "ISO-2022-KR", " iso-2022-kr csiso2022kr "},
    {"ISO-2022-CN", "ISO-2022-CN", " iso-2022-cn "},
};

constexpr std::size_t kLongestLabel = 40;

}  // namespace

const Encoding* find_encoding(std::string_view label) {
  constexpr std::string_view kAround = " \t\r\n\f\"'";
  label = trimmed(label, kAround);
  if (label.empty()) return nullptr;
  if (label.size() > kLongestLabel || label.find(' ') != std::string_view::npos) return nullptr;

  std::string word = " " + ascii_lower(label) + " ";
  for (const Encoding& encoding : kEncodings) {
    if (encoding.labels.find(word) != std::string_view::npos) return &encoding;
  }
  return nullptr;
}

}  // namespace walrus::text
