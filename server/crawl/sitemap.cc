#include "crawl/sitemap.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <utility>

#include "base/utf8.h"
#include "crawl/canonical.h"

namespace walrus::crawl {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kGzipMagic = "\x1F\x8B";
// "&#x10FFFF;"
constexpr std::size_t kLongestReference = 10;
// Where elements stand: <urlset>, in it <url>, in it <loc>. Those of extensions lie deeper.
constexpr int kRootDepth = 1;
constexpr int kLocationDepth = 3;

constexpr std::array<std::pair<std::string_view, char>, 5> kEntities{
    {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Faster than searches for sets of characters, which matters in the hostile megabytes.
std::string_view without_leading_blanks(std::string_view text) {
  return {std::ranges::find_if_not(text, is_blank), text.end()};
}

std::string_view trimmed(std::string_view text) {
  text = without_leading_blanks(text);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// What of it can be had, up to the limit.
std::string decompress(std::string_view bytes) {
  z_stream stream{};
  constexpr int kGzip = 16 + MAX_WBITS;
  if (inflateInit2(&stream, kGzip) != Z_OK) return {};
  std::unique_ptr<z_stream, int (*)(z_stream*)> ending(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::array<char, 64 << 10> piece;
  for (int status = Z_OK; status == Z_OK && out.size() < kMostSitemapBytes;) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = piece.size();
    status = inflate(&stream, Z_NO_FLUSH);
    out.append(piece.data(), piece.size() - stream.avail_out);
  }
  return out;
}

std::optional<char32_t> numbered_character(std::string_view digits) {
  bool hex = digits.starts_with('x');
  if (hex) digits.remove_prefix(1);
  std::uint32_t number = 0;
  int base = hex ? 16 : 10;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  bool surrogate = number >= 0xD800 && number <= 0xDFFF;
  if (error != std::errc() || end != digits.data() + digits.size() || number == 0 ||
      number > 0x10FFFF || surrogate) {
    return std::nullopt;
  }
  return number;
}

// `name` is what stands between '&' and ';'.
std::optional<char32_t> referenced_character(std::string_view name) {
  if (name.starts_with('#')) return numbered_character(name.substr(1));
  auto found = std::ranges::find(kEntities, name, &decltype(kEntities)::value_type::first);
  if (found == kEntities.end()) return std::nullopt;
  return static_cast<char32_t>(found->second);
}

// Goes through the markup once. It knows so much of XML as a sitemap needs, and declares, includes
// and expands nothing.
class SitemapReader {
 public:
  explicit SitemapReader(std::string_view xml) : xml_(xml) {}

  Sitemap read() {
    do {
      std::size_t markup = std::min(xml_.find('<'), xml_.size());
      if (in_location_) append_text(xml_.substr(0, markup));
      xml_.remove_prefix(markup);
    } while (!xml_.empty() && take_markup() && sitemap_.urls.size() < kMostSitemapUrls);
    return std::move(sitemap_);
  }

 private:
  // False: the list ends here.
  bool take_markup() {
    if (xml_.starts_with("<!--")) return cut_through("-->").has_value();
    if (xml_.starts_with("<?")) return cut_through("?>").has_value();
    if (xml_.starts_with("<![CDATA[")) return take_character_data();
    if (xml_.starts_with("<!")) return false;
    if (xml_.starts_with("</")) return take_end_tag();
    return take_start_tag();
  }

  // Takes what is before `end`, and `end`; nothing where it does not come.
  std::optional<std::string_view> cut_through(std::string_view end) {
    std::size_t at = xml_.find(end);
    if (at == std::string_view::npos) return std::nullopt;
    std::string_view cut = xml_.substr(0, at);
    xml_.remove_prefix(at + end.size());
    return cut;
  }

  bool take_character_data() {
    xml_.remove_prefix(std::string_view("<![CDATA[").size());
    std::optional<std::string_view> data = cut_through("]]>");
    if (!data) return false;
    if (in_location_) append(*data);
    return true;
  }

  bool take_start_tag() {
    std::optional<std::string_view> tag = cut_tag();
    if (!tag) return false;
    if (tag->ends_with('/')) return depth_ >= kRootDepth;
    std::string_view name = local_name(*tag);
    if (++depth_ == kRootDepth) {
      sitemap_.is_index = name == "sitemapindex";
      return sitemap_.is_index || name == "urlset";
    }
    in_location_ = depth_ == kLocationDepth && name == "loc";
    return true;
  }

  bool take_end_tag() {
    if (!cut_through(">")) return false;
    if (in_location_) {
      std::string_view url = trimmed(location_);
      if (!url.empty() && url.size() <= kMostUrlBytes) sitemap_.urls.emplace_back(url);
      location_.clear();
      in_location_ = false;
    }
    return --depth_ >= kRootDepth;
  }

  // Without its angle brackets. A '>' in an attribute's value does not end it.
  std::optional<std::string_view> cut_tag() {
    char quote = 0;
    for (std::size_t at = 1; at < xml_.size(); ++at) {
      char c = xml_[at];
      if (c == '<') return std::nullopt;
      if (c == '>' && quote == 0) {
        std::string_view tag = xml_.substr(1, at - 1);
        xml_.remove_prefix(at + 1);
        return tag;
      }
      if (c == quote) {
        quote = 0;
      } else if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
      }
    }
    return std::nullopt;
  }

  static std::string_view local_name(std::string_view tag) {
    std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n"));
    std::size_t colon = name.find(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
  }

  // More than a URL may have is enough to know that it is none.
  void append(std::string_view text) {
    std::size_t room = kMostUrlBytes + 1 - std::min(location_.size(), kMostUrlBytes + 1);
    location_ += text.substr(0, room);
  }

  void append_text(std::string_view text) {
    if (location_.empty()) text = without_leading_blanks(text);
    while (!text.empty() && location_.size() <= kMostUrlBytes) {
      std::size_t ampersand = std::min(text.find('&'), text.size());
      append(text.substr(0, ampersand));
      text.remove_prefix(ampersand);
      if (!text.empty()) text.remove_prefix(append_reference(text));
    }
  }

  // The bytes that were taken. What refers to nothing stays as it is.
  std::size_t append_reference(std::string_view text) {
    std::size_t end = text.substr(0, kLongestReference).find(';');
    bool ended = end != std::string_view::npos;
    auto character = ended ? referenced_character(text.substr(1, end - 1)) : std::nullopt;
    if (!character) {
      location_ += '&';
      return 1;
    }
    append_code_point(location_, *character);
    return end + 1;
  }

  std::string_view xml_;  // what is left
  Sitemap sitemap_;
  int depth_ = 0;
  bool in_location_ = false;
  std::string location_;
};

Sitemap read_lines(std::string_view text) {
  Sitemap sitemap;
  while (!text.empty() && sitemap.urls.size() < kMostSitemapUrls) {
    auto is_end = [](char c) { return c == '\r' || c == '\n'; };
    std::string_view line(text.begin(), std::ranges::find_if(text, is_end));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = trimmed(line);
    bool is_url = line.starts_with("http") && line.size() <= kMostUrlBytes;
    if (is_url) sitemap.urls.emplace_back(line);
  }
  return sitemap;
}

Sitemap read_text(std::string_view text) {
  text = text.substr(0, kMostSitemapBytes);
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return without_leading_blanks(text).starts_with('<') ? SitemapReader(text).read()
                                                       : read_lines(text);
}

}  // namespace

Sitemap parse_sitemap(std::string_view body) {
  return body.starts_with(kGzipMagic) ? read_text(decompress(body)) : read_text(body);
}

}  // namespace walrus::crawl
