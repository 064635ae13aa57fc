#include "extract/frames.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/utf8.h"

namespace walrus::extract {

namespace {

enum FrameType : std::uint8_t {
  kProgress = 1,
  kFailure = 2,
  kDocument = 3,
  kSelfTest = 4,
  kPage = 5
};

constexpr std::size_t kHeaderBytes = 5;
constexpr std::size_t kMaxMessageBytes = 1024;
constexpr std::size_t kMaxEncodingBytes = 64;
constexpr std::size_t kMaxHeadingsBytes = 16u << 20;
constexpr std::size_t kMaxLinksBytes = 16u << 20;
constexpr std::size_t kLinkBytes = 5;      // the length of the address, and the flag
constexpr std::size_t kSectionBytes = 16;  // start, page and the length of the heading

// What a reader may report; anything else the child has no business to claim.
constexpr std::array kChildErrors{ErrorCode::kUnsupportedFormat, ErrorCode::kEncryptedDocument,
                                  ErrorCode::kEmptyDocument,     ErrorCode::kTooLarge,
                                  ErrorCode::kExtractionFailed,  ErrorCode::kTimeout,
                                  ErrorCode::kInternal};

std::unexpected<Error> refuse(std::string reason) {
  return fail(ErrorCode::kInternal, "The file could not be read.",
              "extraction child: " + std::move(reason));
}

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

void put(std::string& out, std::string_view text) {
  put(out, text.size(), 4);
  out += text;
}

std::string frame(FrameType type, std::string_view payload) {
  std::string out;
  out.reserve(kHeaderBytes + payload.size());
  put(out, type, 1);
  put(out, payload);
  return out;
}

// Reads a payload; after the first thing that does not fit everything is empty and ok() false.
class PayloadReader {
 public:
  explicit PayloadReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t number(int size) {
    if (bytes_.size() < static_cast<std::size_t>(size)) ok_ = false;
    if (!ok_) return 0;
    std::uint64_t value = 0;
    for (int i = size - 1; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(bytes_[i]);
    bytes_.remove_prefix(size);
    return value;
  }

  std::string_view text(std::size_t limit) {
    std::size_t length = number(4);
    if (length > limit || length > bytes_.size()) ok_ = false;
    if (!ok_) return {};
    std::string_view text = bytes_.substr(0, length);
    bytes_.remove_prefix(length);
    return text;
  }

  bool flag() {
    std::uint64_t value = number(1);
    ok_ = ok_ && value <= 1;
    return value == 1;
  }

  std::size_t left() const { return bytes_.size(); }
  bool ok() const { return ok_; }
  bool finished() const { return ok_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

// UTF-8 without control characters; \n and \t only where `lines` may be.
bool is_clean(std::string_view text, bool lines) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned char byte = text[at];
    bool next_is_c1 =
        byte == 0xC2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0;
    bool allowed = byte >= 0x20 || (lines && (byte == '\n' || byte == '\t'));
    if (!allowed || byte == 0x7F || next_is_c1) return false;
  }
  return is_valid_utf8(text);
}

Result<Message> read_progress(PayloadReader in) {
  Progress progress{in.number(8), in.number(8)};
  bool plausible = progress.total == 0 || progress.done <= progress.total;
  if (!in.finished() || !plausible) return refuse("bad progress");
  return progress;
}

Result<Message> read_failure(PayloadReader in) {
  auto code = static_cast<ErrorCode>(in.number(4));
  std::string_view message = in.text(kMaxMessageBytes);
  std::string_view detail = in.text(kMaxMessageBytes);
  bool known = std::ranges::find(kChildErrors, code) != kChildErrors.end();
  if (!in.finished() || !known || message.empty()) return refuse("bad failure");
  if (!is_clean(message, false) || !is_clean(detail, false)) return refuse("bad failure text");
  return Error{code, std::string(message), std::string(detail)};
}

Result<Message> read_self_test(PayloadReader in) {
  SelfTest test;
  test.own_processes = in.flag();
  test.own_network = in.flag();
  test.own_files = in.flag();
  test.filtered = in.flag();
  test.leaks = in.text(kMaxMessageBytes);
  if (!in.finished() || !is_clean(test.leaks, false)) return refuse("bad self test");
  return test;
}

// Whether `section` may follow `sections` in `document`.
bool fits(const text::StructuredText& document, const text::Section& section) {
  if (section.start >= document.text.size() || section.page > document.pages) return false;
  if (!is_code_point_start(document.text, section.start)) return false;
  if (document.sections.empty()) return section.start == 0;
  const text::Section& previous = document.sections.back();
  return section.start > previous.start && section.page >= previous.page;
}

Result<> read_sections(PayloadReader& in, text::StructuredText& document) {
  std::size_t count = in.number(4);
  if (count > kMaxSections || count > in.left() / kSectionBytes) return refuse("too many sections");
  document.sections.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    text::Section section;
    section.start = in.number(8);
    section.page = static_cast<int>(std::min<std::uint64_t>(in.number(4), INT32_MAX));
    section.heading = in.text(kMaxHeadingBytes);
    if (!in.ok() || !fits(document, section)) return refuse("bad section");
    if (!is_clean(section.heading, false)) return refuse("bad heading");
    document.sections.push_back(std::move(section));
  }
  return {};
}

Result<> read_document(PayloadReader& in, const ExtractLimits& limits, bool may_be_empty,
                       text::StructuredText& document) {
  document.title = in.text(kMaxTitleBytes);
  document.text = in.text(limits.text_bytes);
  document.encoding = in.text(kMaxEncodingBytes);
  document.encoding_guessed = in.flag();
  std::uint64_t pages = in.number(4);
  if (!in.ok() || (document.text.empty() && !may_be_empty)) return refuse("bad document");
  if (pages > static_cast<std::uint64_t>(limits.pages)) return refuse("too many pages");
  document.pages = static_cast<int>(pages);
  bool clean = is_clean(document.title, false) && is_clean(document.encoding, false) &&
               is_clean(document.text, true);
  if (!clean) return refuse("text is not clean");
  if (auto read = read_sections(in, document); !read) return read;
  if (!in.ok() || document.sections.empty() != document.text.empty()) {
    return refuse("bad document end");
  }
  return {};
}

Result<Message> read_document_message(PayloadReader in, const ExtractLimits& limits) {
  text::StructuredText document;
  if (auto read = read_document(in, limits, false, document); !read) {
    return std::unexpected(read.error());
  }
  if (!in.finished()) return refuse("bad document end");
  return document;
}

Result<> read_links(PayloadReader& in, WebPage& page) {
  std::size_t count = in.number(4);
  if (count > kMaxPageLinks || count > in.left() / kLinkBytes) return refuse("too many links");
  page.links.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    PageLink link;
    link.address = in.text(kMaxAddressBytes);
    link.nofollow = in.flag();
    if (!in.ok() || link.address.empty() || !is_clean(link.address, false)) {
      return refuse("bad link");
    }
    page.links.push_back(std::move(link));
  }
  return {};
}

Result<Message> read_page(PayloadReader in, const ExtractLimits& limits) {
  WebPage page;
  if (auto read = read_document(in, limits, true, page.document); !read) {
    return std::unexpected(read.error());
  }
  page.language = in.text(kMaxLanguageBytes);
  page.canonical = in.text(kMaxAddressBytes);
  page.base = in.text(kMaxAddressBytes);
  page.noindex = in.flag();
  page.nofollow = in.flag();
  bool clean = is_clean(page.language, false) && is_clean(page.canonical, false) &&
               is_clean(page.base, false);
  if (!in.ok() || !clean) return refuse("bad page");
  if (auto read = read_links(in, page); !read) return std::unexpected(read.error());
  if (!in.finished()) return refuse("bad page end");
  return page;
}

std::string_view head(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && !is_code_point_start(text, limit)) --limit;
  return text.substr(0, limit);
}

void put(std::string& payload, const text::StructuredText& document) {
  payload.reserve(payload.size() + document.text.size() + 4096);
  put(payload, document.title);
  put(payload, document.text);
  put(payload, document.encoding);
  put(payload, document.encoding_guessed, 1);
  put(payload, static_cast<std::uint64_t>(document.pages), 4);
  put(payload, document.sections.size(), 4);
  for (const text::Section& section : document.sections) {
    put(payload, section.start, 8);
    put(payload, static_cast<std::uint64_t>(section.page), 4);
    put(payload, section.heading);
  }
}

}  // namespace

std::string to_frame(const Progress& progress) {
  std::string payload;
  put(payload, progress.done, 8);
  put(payload, progress.total, 8);
  return frame(kProgress, payload);
}

std::string to_frame(const Error& error) {
  std::string payload;
  put(payload, static_cast<std::uint64_t>(error.code), 4);
  put(payload, head(error.message, kMaxMessageBytes));
  put(payload, head(error.detail, kMaxMessageBytes));
  return frame(kFailure, payload);
}

std::string to_frame(const text::StructuredText& document) {
  std::string payload;
  put(payload, document);
  return frame(kDocument, payload);
}

std::string to_frame(const WebPage& page) {
  std::string payload;
  put(payload, page.document);
  put(payload, page.language);
  put(payload, page.canonical);
  put(payload, page.base);
  put(payload, page.noindex, 1);
  put(payload, page.nofollow, 1);
  put(payload, page.links.size(), 4);
  for (const PageLink& link : page.links) {
    put(payload, link.address);
    put(payload, link.nofollow, 1);
  }
  return frame(kPage, payload);
}

std::string to_request(std::string_view html, std::string_view charset) {
  std::string request;
  request.reserve(html.size() + kMaxCharsetBytes + 8);
  put(request, charset.substr(0, kMaxCharsetBytes));
  put(request, html);
  return request;
}

std::string to_frame(const SelfTest& test) {
  std::string payload;
  put(payload, test.own_processes, 1);
  put(payload, test.own_network, 1);
  put(payload, test.own_files, 1);
  put(payload, test.filtered, 1);
  put(payload, head(test.leaks, kMaxMessageBytes));
  return frame(kSelfTest, payload);
}

std::size_t FrameReader::payload_limit(std::uint8_t type) const {
  const std::size_t document_limit =
      limits_.text_bytes + kMaxTitleBytes + kMaxHeadingsBytes + kMaxSections * kSectionBytes;
  switch (type) {
    case kProgress:
      return 16;
    case kFailure:
    case kSelfTest:
      return 2 * kMaxMessageBytes + 64;
    case kDocument:
      return document_limit;
    case kPage:
      return document_limit + kMaxLinksBytes + 3 * kMaxAddressBytes;
    default:
      return 0;
  }
}

Result<std::optional<Message>> FrameReader::next() {
  std::string_view rest = std::string_view(buffer_).substr(at_);
  if (rest.empty()) return std::nullopt;
  std::uint8_t type = rest[0];
  std::size_t limit = payload_limit(type);
  if (limit == 0) return refuse("unknown frame");
  if (rest.size() < kHeaderBytes) return std::nullopt;
  std::size_t length = PayloadReader(rest.substr(1)).number(4);
  if (length > limit) return refuse("frame too long");
  if (rest.size() < kHeaderBytes + length) return std::nullopt;

  PayloadReader payload(rest.substr(kHeaderBytes, length));
  Result<Message> message = type == kProgress   ? read_progress(payload)
                            : type == kFailure  ? read_failure(payload)
                            : type == kDocument ? read_document_message(payload, limits_)
                            : type == kPage     ? read_page(payload, limits_)
                                                : read_self_test(payload);
  if (!message) return std::unexpected(std::move(message.error()));
  at_ += kHeaderBytes + length;
  if (at_ == buffer_.size()) {
    buffer_.clear();
    at_ = 0;
  }
  return std::optional<Message>(std::move(*message));
}

}  // namespace walrus::extract
