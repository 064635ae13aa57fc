#include "api/page.h"

#include <algorithm>
#include <stdexcept>

#include "api/responses.h"
#include "base/json.h"

namespace walrus::api {

namespace {

// Nothing from elsewhere, nothing inline, and no way into the page but the files it came with.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";

// A list of codings, each perhaps with a weight (RFC 9110, 12.5.3); no weight but 0 refuses one.
bool accepts_gzip(const http::Request& request) {
  std::string codings(request.headers.get("accept-encoding").value_or(""));
  std::erase(codings, ' ');
  std::size_t at = codings.find("gzip");
  if (at == std::string::npos) return false;
  std::string_view rest = std::string_view(codings).substr(at + 4);
  std::string_view weight = rest.substr(0, rest.find(','));
  return !weight.starts_with(";q=0") || weight.find_first_of("123456789") != std::string_view::npos;
}

std::size_t size_member(const json::object& file, std::string_view name) {
  return static_cast<std::size_t>(file.at(name).to_number<std::uint64_t>());
}

}  // namespace

bool wants_page(const http::Request& request) {
  return request.headers.get("accept").value_or("").find("text/html") != std::string_view::npos;
}

Page::Page(PageBundle bundle) {
  std::size_t at = 0;
  auto next = [&](std::size_t size) {
    if (size > bundle.bytes.size() - at) throw std::logic_error("the page was packed wrongly");
    at += size;
    return bundle.bytes.substr(at - size, size);
  };
  json::value index = json::parse(bundle.index);
  for (const json::value& entry : index.as_array()) {
    const json::object& file = entry.as_object();
    PageFile added{.name = std::string(file.at("name").as_string()),
                   .content_type = std::string(file.at("content_type").as_string()),
                   .tag = std::string(file.at("tag").as_string()),
                   .plain = next(size_member(file, "size")),
                   .gzip = next(size_member(file, "gzip_size"))};
    files_.push_back(std::move(added));
  }
  if (at != bundle.bytes.size() || !find("index.html")) {
    throw std::logic_error("the page was packed wrongly");
  }
}

const Page::PageFile* Page::find(std::string_view name) const {
  auto found = std::ranges::find(files_, name, &PageFile::name);
  return found == files_.end() ? nullptr : &*found;
}

http::Response Page::send(const http::Request& request, const PageFile& file) {
  bool compressed = accepts_gzip(request);
  std::string tag = "\"" + file.tag + (compressed ? "-gzip\"" : "\"");
  bool known = has_version(request, tag);
  http::Response response = known ? http::Response::no_content(304) : http::Response{};
  response.headers.set("ETag", std::move(tag));
  response.headers.set("Vary", "Accept-Encoding");
  if (known) return response;
  response.content_type = file.content_type;
  response.body = compressed ? file.gzip : file.plain;
  if (compressed) response.headers.set("Content-Encoding", "gzip");
  return response;
}

http::Response Page::view(const http::Request& request) const {
  http::Response response = send(request, *find("index.html"));
  response.headers.set("Vary", "Accept, Accept-Encoding");
  response.headers.set("Cache-Control", "no-cache");
  response.headers.set("Content-Security-Policy", std::string(kPolicy));
  response.headers.set("Cross-Origin-Opener-Policy", "same-origin");
  response.headers.set("Referrer-Policy", "no-referrer");
  return response;
}

Result<http::Response> Page::asset(const http::Request& request) const {
  const PageFile* file = find(request.parameter("name"));
  if (!file) {
    return fail(ErrorCode::kNotFound,
                "The page has no such file; it may be of another version. Load the page again.");
  }
  http::Response response = send(request, *file);
  response.headers.set("Cache-Control", "public, max-age=31536000, immutable");
  return response;
}

}  // namespace walrus::api
