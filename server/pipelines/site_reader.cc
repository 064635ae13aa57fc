#include "pipelines/site_reader.h"

#include <algorithm>
#include <fstream>
#include <span>

#include "base/ascii.h"
#include "base/ids.h"

namespace walrus::pipelines {

namespace {

constexpr std::string_view kPageTypes[] = {"text/html", "application/xhtml+xml"};
// Announce no type of their own; the bytes decide.
constexpr std::string_view kSilentTypes[] = {"", "application/octet-stream", "binary/octet-stream",
                                             "application/x-download"};

bool is_one_of(std::string_view type, std::span<const std::string_view> types) {
  return std::ranges::find(types, type) != types.end();
}

// Where the site names no type (WHATWG MIME Sniffing, 7.1, in short).
bool looks_like_a_page(std::string_view body) {
  constexpr std::size_t kHead = 512;
  std::string head = ascii_lower(body.substr(0, kHead));
  return head.contains("<!doctype html") || head.contains("<html") || head.contains("<head");
}

bool is_page(const crawl::FetchedPage& page) {
  if (is_one_of(page.content_type, kPageTypes)) return true;
  return is_one_of(page.content_type, kSilentTypes) && looks_like_a_page(page.body);
}

// The format that the site names; nothing where it names none, or one that is not read.
std::optional<extract::Format> named_format(std::string_view type) {
  using enum extract::Format;
  for (extract::Format format :
       {kText, kMarkdown, kPdf, kDocx, kCsv, kJson, kXlsx, kPptx, kOdt, kEpub}) {
    std::string_view content_type = extract::info(format).content_type;
    if (content_type.substr(0, content_type.find(';')) == type) return format;
  }
  return std::nullopt;
}

// By which the bytes are taken for a text of one kind or another: the path's own last part, or one
// with the extension of the type that the site names.
std::string name_for(const net::Url& url, std::optional<extract::Format> named) {
  if (named) return "page" + std::string(extract::info(*named).extension);
  return url.path().substr(url.path().rfind('/') + 1);
}

// A file that goes with it.
class PageFile {
 public:
  PageFile(const std::filesystem::path& folder, std::string_view content, TimePoint now)
      : path_(folder / ("page-" + new_uuid(now))) {
    std::ofstream file(path_, std::ios::binary);
    file << content;
    file.close();
    written_ = file.good();
  }
  PageFile(const PageFile&) = delete;
  ~PageFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  bool written() const { return written_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  const std::filesystem::path path_;
  bool written_ = false;
};

std::unexpected<Error> no_page() {
  return fail(ErrorCode::kUnsupportedFormat, "It is neither a web page nor a document.");
}

}  // namespace

SiteReader::Reader SiteReader::take() {
  std::lock_guard lock(mutex_);
  if (idle_.empty()) return Reader(new extract::PageReader(extractor_.page_reader()));
  Reader reader = std::move(idle_.back());
  idle_.pop_back();
  return reader;
}

void SiteReader::give_back(Reader reader) {
  std::lock_guard lock(mutex_);
  idle_.push_back(std::move(reader));
}

Result<extract::WebPage> SiteReader::read(const crawl::FetchedPage& page, const net::Url& url,
                                          std::stop_token stop) {
  if (!is_page(page)) return read_file(page, url, std::move(stop));
  Reader reader = take();
  auto read = reader->read(page.body, page.charset, std::move(stop));
  give_back(std::move(reader));
  return read;
}

Result<extract::WebPage> SiteReader::read_file(const crawl::FetchedPage& page, const net::Url& url,
                                               std::stop_token stop) const {
  auto named = named_format(page.content_type);
  if (!named && !is_one_of(page.content_type, kSilentTypes)) return no_page();
  PageFile file(blobs_.incoming(), page.body, clock_.now());
  if (!file.written()) {
    return fail(ErrorCode::kStorageUnavailable, "The data folder cannot be written to.");
  }
  auto format = extract::detect(file.path(), name_for(url, named));
  if (!format && format.error().code == ErrorCode::kUnsupportedMediaType) return no_page();
  if (!format) return std::unexpected(format.error());
  extract::WebPage read;
  auto text = extractor_.extract(file.path(), *format, std::move(stop), [](auto, auto) {});
  if (!text && text.error().code == ErrorCode::kEmptyDocument) return read;
  if (!text) return std::unexpected(text.error());
  read.document = std::move(*text);
  return read;
}

}  // namespace walrus::pipelines
