// The parser of url.h: the standard's state machine, a function for each group of states.
#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "base/utf8.h"
#include "net/percent_encoding.h"
#include "net/url.h"
#include "net/url_host.h"

namespace walrus::net {

namespace {

constexpr std::string_view kRemoved = "\t\n\r";
constexpr unsigned kMostPort = 65535;

std::unexpected<Error> refuse(std::string why) {
  return fail(ErrorCode::kValidationError, std::move(why));
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Without controls and blanks around it.
std::string_view trimmed(std::string_view text) {
  auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// The length of the scheme that text begins with, colon excluded; 0 where there is none.
std::size_t scheme_length(std::string_view text) {
  if (text.empty() || !is_letter(text[0])) return 0;
  auto is_other = [](char c) {
    return !is_letter(c) && !is_digit(c) && c != '+' && c != '-' && c != '.';
  };
  auto end = std::ranges::find_if(text, is_other);
  return end != text.end() && *end == ':' ? static_cast<std::size_t>(end - text.begin()) : 0;
}

// What follows `mark`, which with it is cut off from `text`.
std::optional<std::string_view> cut_at(std::string_view& text, char mark) {
  std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = text.substr(at + 1);
  text = text.substr(0, at);
  return rest;
}

// "c:" and "c|"
bool is_drive_letter(std::string_view text) {
  return text.size() == 2 && is_letter(text[0]) && (text[1] == ':' || text[1] == '|');
}

bool starts_with_drive_letter(std::string_view text) {
  return is_drive_letter(text.substr(0, 2)) &&
         (text.size() == 2 || text[2] == '/' || text[2] == '\\');
}

// How many dots a segment of nothing but dots stands for: 1, 2, or 0 where it is another one.
int count_dots(std::string_view segment) {
  int dots = 0;
  while (!segment.empty()) {
    bool encoded = segment.starts_with("%2e") || segment.starts_with("%2E");
    if (segment[0] != '.' && !encoded) return 0;
    if (++dots > 2) return 0;
    segment.remove_prefix(encoded ? 3 : 1);
  }
  return dots;
}

// Where the colon before the port is; that of an IPv6 address is none.
std::size_t find_port_colon(std::string_view text) {
  bool in_brackets = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '[') in_brackets = true;
    if (text[at] == ']') in_brackets = false;
    if (text[at] == ':' && !in_brackets) return at;
  }
  return std::string_view::npos;
}

}  // namespace

class UrlParser {
 public:
  explicit UrlParser(const Url* base) : base_(base) {}

  Result<Url> parse(std::string_view input) {
    // A '#' ends everything before it, and then a '?'.
    std::optional<std::string_view> fragment = cut_at(input, '#');
    query_ = cut_at(input, '?');
    std::size_t length = scheme_length(input);
    bool only_fragment = input.empty() && !query_ && fragment;
    Result<void> read =
        length > 0 ? after_scheme(input, length) : without_scheme(input, only_fragment);
    if (!read) return std::unexpected(read.error());
    if (query_) {
      EncodeSet set = special_ ? EncodeSet::kSpecialQuery : EncodeSet::kQuery;
      append_percent_encoded(url_.query_.emplace(), *query_, set);
    }
    if (fragment) {
      append_percent_encoded(url_.fragment_.emplace(), *fragment, EncodeSet::kFragment);
    }
    return std::move(url_);
  }

 private:
  Result<void> after_scheme(std::string_view input, std::size_t length) {
    set_scheme(ascii_lower(input.substr(0, length)));
    std::string_view rest = input.substr(length + 1);
    if (is_file_) return file(rest);
    if (special_) {
      bool relative_to_base = base_ && base_->scheme_ == url_.scheme_ && !rest.starts_with("//");
      return relative_to_base ? relative(rest) : authority(without_slashes(rest));
    }
    if (rest.starts_with("//")) return authority(rest.substr(2));
    if (rest.starts_with('/')) {
      append_segments(rest.substr(1));
    } else {
      read_opaque_path(rest);
    }
    return {};
  }

  Result<void> without_scheme(std::string_view input, bool only_fragment) {
    if (!base_) return refuse("has no scheme such as https://");
    if (base_->has_opaque_path_) {
      if (!only_fragment) return refuse("is relative to a URL that has no parts");
      url_ = *base_;
      url_.fragment_.reset();
      return {};
    }
    set_scheme(base_->scheme_);
    return is_file_ ? file(input) : relative(input);
  }

  void set_scheme(std::string scheme) {
    url_.scheme_ = std::move(scheme);
    special_ = is_special_scheme(url_.scheme_);
    is_file_ = url_.scheme_ == "file";
  }

  bool is_slash(char c) const { return c == '/' || (special_ && c == '\\'); }
  bool starts_with_slash(std::string_view text) const {
    return !text.empty() && is_slash(text.front());
  }

  std::string_view without_slashes(std::string_view text) const {
    while (starts_with_slash(text)) text.remove_prefix(1);
    return text;
  }

  Result<void> relative(std::string_view text) {
    if (starts_with_slash(text)) {
      text.remove_prefix(1);
      if (starts_with_slash(text)) {
        return authority(special_ ? without_slashes(text) : text.substr(1));
      }
      take_authority_of_base();
      append_segments(text);
      return {};
    }
    take_authority_of_base();
    take_path_of_base(text);
    return {};
  }

  void take_authority_of_base() {
    url_.username_ = base_->username_;
    url_.password_ = base_->password_;
    url_.host_ = base_->host_;
    url_.port_ = base_->port_;
  }

  // With `text` in the place of its last segment; its query too where there is nothing else.
  void take_path_of_base(std::string_view text) {
    url_.path_ = base_->path_;
    if (text.empty()) {
      if (!query_) url_.query_ = base_->query_;
      return;
    }
    remove_last_segment();
    append_segments(text);
  }

  Result<void> file(std::string_view text) {
    const Url* base = base_ && base_->scheme_ == "file" ? base_ : nullptr;
    url_.host_.emplace();
    if (starts_with_slash(text)) {
      text.remove_prefix(1);
      if (starts_with_slash(text)) return file_host(text.substr(1));
      if (base) take_drive_of_base(text);
      append_segments(text);
      return {};
    }
    if (!base) {
      append_segments(text);
      return {};
    }
    url_.host_ = base->host_;
    if (starts_with_drive_letter(text)) {
      append_segments(text);
    } else {
      take_path_of_base(text);
    }
    return {};
  }

  void take_drive_of_base(std::string_view text) {
    url_.host_ = base_->host_;
    std::string_view path = base_->path_;
    std::string_view first = path.substr(0, path.find('/', 1));
    if (!starts_with_drive_letter(text) && is_drive(first)) url_.path_ = first;
  }

  Result<void> file_host(std::string_view text) {
    auto end = std::ranges::find_if(text, [this](char c) { return is_slash(c); });
    std::string_view host(text.begin(), end);
    if (is_drive_letter(host)) {
      append_segments(text);
      return {};
    }
    if (!host.empty()) {
      auto parsed = parse_host(host);
      if (!parsed) return std::unexpected(parsed.error());
      if (*parsed != "localhost") url_.host_ = std::move(*parsed);
    }
    read_path({end, text.end()});
    return {};
  }

  Result<void> authority(std::string_view text) {
    auto end = std::ranges::find_if(text, [this](char c) { return is_slash(c); });
    std::string_view host(text.begin(), end);
    std::size_t at = host.rfind('@');
    if (at != std::string_view::npos) {
      read_credentials(host.substr(0, at));
      host.remove_prefix(at + 1);
      if (host.empty()) return refuse("has no host behind its user name");
    }
    Result<void> read = host_and_port(host);
    if (read) read_path({end, text.end()});
    return read;
  }

  void read_credentials(std::string_view text) {
    std::optional<std::string_view> password = cut_at(text, ':');
    append_percent_encoded(url_.username_, text, EncodeSet::kUserinfo);
    if (password) append_percent_encoded(url_.password_, *password, EncodeSet::kUserinfo);
  }

  Result<void> host_and_port(std::string_view text) {
    std::size_t colon = find_port_colon(text);
    std::string_view host = text.substr(0, colon);
    bool has_colon = colon != std::string_view::npos;
    if (host.empty() && (special_ || has_colon)) return refuse("has no host");
    auto parsed = special_ ? parse_host(host) : parse_opaque_host(host);
    if (!parsed) return std::unexpected(parsed.error());
    url_.host_ = std::move(*parsed);
    return has_colon ? port(text.substr(colon + 1)) : Result<void>();
  }

  Result<void> port(std::string_view digits) {
    if (digits.empty()) return {};
    unsigned number = 0;
    for (char c : digits) {
      if (!is_digit(c)) return refuse("has a port that is no number");
      number = number * 10 + static_cast<unsigned>(c - '0');
      if (number > kMostPort) return refuse(fmt::format("has a port over {}", kMostPort));
    }
    bool is_default = special_ && number == default_port(url_.scheme_);
    if (!is_default) url_.port_ = static_cast<std::uint16_t>(number);
    return {};
  }

  // What follows a host.
  void read_path(std::string_view text) {
    if (starts_with_slash(text)) {
      append_segments(text.substr(1));
    } else if (special_) {
      append_segments(text);
    }
  }

  // Of a path, without its first slash.
  void append_segments(std::string_view text) {
    while (true) {
      auto end = std::ranges::find_if(text, [this](char c) { return is_slash(c); });
      bool last = end == text.end();
      append_segment({text.begin(), end}, last);
      if (last) return;
      text = {end + 1, text.end()};
    }
  }

  void append_segment(std::string_view segment, bool last) {
    int dots = count_dots(segment);
    if (dots == 2) remove_last_segment();
    if (dots > 0) {
      if (last) url_.path_ += '/';
      return;
    }
    bool drive = is_file_ && url_.path_.empty() && is_drive_letter(segment);
    url_.path_ += '/';
    append_percent_encoded(url_.path_, segment, EncodeSet::kPath);
    if (drive) url_.path_[2] = ':';
  }

  // A file's drive stays.
  void remove_last_segment() {
    if (is_file_ && is_drive(url_.path_)) return;
    std::size_t slash = url_.path_.rfind('/');
    if (slash != std::string::npos) url_.path_.erase(slash);
  }

  // "/c:"
  static bool is_drive(std::string_view path) {
    return path.size() == 3 && path[0] == '/' && is_letter(path[1]) && path[2] == ':';
  }

  // One blank at its end would be lost with the query or the fragment behind it.
  void read_opaque_path(std::string_view text) {
    url_.has_opaque_path_ = true;
    bool blank = text.ends_with(' ');
    if (blank) text.remove_suffix(1);
    append_percent_encoded(url_.path_, text, EncodeSet::kControl);
    if (blank) url_.path_ += "%20";
  }

  const Url* base_;
  Url url_;
  bool special_ = false;
  bool is_file_ = false;
  std::optional<std::string_view> query_;
};

Result<Url> Url::parse(std::string_view input, const Url* base) {
  input = trimmed(input);
  std::string cleaned;
  if (input.find_first_of(kRemoved) != std::string_view::npos) {
    cleaned = input;
    std::erase_if(cleaned, [](char c) { return kRemoved.contains(c); });
    input = cleaned;
  }
  if (!is_valid_utf8(input)) {
    cleaned = replace_invalid_utf8(input);
    input = cleaned;
  }
  return UrlParser(base).parse(input);
}

}  // namespace walrus::net
