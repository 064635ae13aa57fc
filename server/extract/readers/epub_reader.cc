// EPUB: the chapters in the order of the spine.
#include <algorithm>
#include <set>

#include "extract/readers/archive.h"
#include "extract/readers/html_render.h"
#include "extract/readers/html_tree.h"
#include "extract/readers/office_parts.h"
#include "extract/readers/reading.h"
#include "extract/readers/xml.h"
#include "text/charset.h"

namespace walrus::extract {

namespace {

bool is_needed(std::string_view name) {
  constexpr std::string_view kEndings[] = {".xhtml", ".html", ".htm", ".xml", ".opf"};
  return std::ranges::any_of(kEndings,
                             [&](std::string_view ending) { return name.ends_with(ending); });
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// A reference without its fragment, its %XX decoded.
std::string decode_reference(std::string_view reference) {
  reference = reference.substr(0, reference.find('#'));
  std::string decoded;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    bool escape = reference[i] == '%' && i + 2 < reference.size() &&
                  hex_digit(reference[i + 1]) >= 0 && hex_digit(reference[i + 2]) >= 0;
    decoded +=
        escape ? static_cast<char>(hex_digit(reference[i + 1]) * 16 + hex_digit(reference[i + 2]))
               : reference[i];
    if (escape) i += 2;
  }
  return decoded;
}

std::string package_member(const Archive& archive) {
  if (const std::string* container = archive.find("META-INF/container.xml")) {
    XmlReader reader(*container);
    while (reader.next()) {
      if (reader.event() == XmlEvent::kStart && reader.name() == "rootfile")
        return reader.attribute("full-path");
    }
  }
  return {};
}

// The members of the spine, in its order.
Result<std::vector<std::string>> chapters(std::string_view package,
                                          const std::string& package_name) {
  std::map<std::string, std::string> manifest;
  std::vector<std::string> spine;
  XmlReader reader(package);
  while (reader.next()) {
    if (reader.event() != XmlEvent::kStart) continue;
    if (reader.name() == "item") {
      manifest[reader.attribute("id")] =
          resolve_member(package_name, decode_reference(reader.attribute("href")));
    } else if (reader.name() == "itemref") {
      spine.push_back(reader.attribute("idref"));
    }
  }
  if (auto status = reader.status(); !status) return std::unexpected(status.error());
  std::vector<std::string> members;
  for (const std::string& id : spine) {
    if (auto found = manifest.find(id); found != manifest.end()) members.push_back(found->second);
  }
  return members;
}

// Fonts may be scrambled in any book; scrambled chapters mean digital rights management.
std::set<std::string> encrypted_members(const Archive& archive) {
  std::set<std::string> members;
  const std::string* encryption = archive.find("META-INF/encryption.xml");
  if (encryption == nullptr) return members;
  XmlReader reader(*encryption);
  while (reader.next()) {
    if (reader.event() == XmlEvent::kStart && reader.name() == "CipherReference") {
      members.insert(resolve_member("", decode_reference(reader.attribute("URI"))));
    }
  }
  return members;
}

// XHTML's "<a id='x'/>" as "<a id='x'></a>", for in HTML the slash means nothing and everything up
// to the end would lie inside.
std::string expand_empty_elements(std::string_view xhtml) {
  constexpr std::string_view kVoid[] = {"br",    "hr",  "img", "meta", "link",
                                        "input", "col", "wbr", "area", "base"};
  std::string html;
  html.reserve(xhtml.size() + xhtml.size() / 8);
  while (!xhtml.empty()) {
    std::size_t end = std::min(xhtml.find('>'), xhtml.size());
    std::string_view piece = xhtml.substr(0, end);
    xhtml.remove_prefix(std::min(end + 1, xhtml.size()));
    std::size_t open = piece.rfind('<');
    bool empty = piece.ends_with('/') && open != std::string_view::npos;
    std::string_view name =
        empty ? piece.substr(open + 1, piece.find_first_of(" \t\r\n/", open) - open - 1) : "";
    bool expands = !name.empty() && std::ranges::find(kVoid, name) == std::end(kVoid);
    html += expands ? piece.substr(0, piece.size() - 1) : piece;
    html += '>';
    if (expands) html.append("</").append(name).append(">");
  }
  return html;
}

Result<> write_chapter(std::string_view bytes, const Input& input, DocumentBuilder& builder) {
  text::Decoded decoded = text::decode(bytes, declared_charset(bytes));
  auto tree = HtmlTree::parse(expand_empty_elements(decoded.text), input.limits.memory_bytes / 2);
  if (!tree) return std::unexpected(std::move(tree.error()));
  builder.break_paragraph();
  render_html((*tree)->body(), builder);
  return {};
}

}  // namespace

Result<text::StructuredText> read_epub(const Input& input) {
  auto archive = Archive::open(input.bytes, input.limits, is_needed);
  if (!archive) return std::unexpected(std::move(archive.error()));
  std::string package_name = package_member(*archive);
  const std::string* package = archive->find(package_name);
  if (package == nullptr) return damaged("it lacks the list of its chapters");
  auto members = chapters(*package, package_name);
  if (!members) return std::unexpected(std::move(members.error()));

  auto scrambled = encrypted_members(*archive);
  DocumentBuilder builder(input.limits);
  builder.set_title(element_text(*package, "title"));
  for (std::size_t i = 0; i < members->size() && !builder.full(); ++i) {
    if (scrambled.contains((*members)[i])) return encrypted();
    const std::string* bytes = archive->find((*members)[i]);
    if (bytes == nullptr) continue;
    if (auto written = write_chapter(*bytes, input, builder); !written)
      return std::unexpected(written.error());
    input.progress(i + 1, members->size());
  }
  return builder.finish();
}

}  // namespace walrus::extract
