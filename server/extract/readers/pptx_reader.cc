// PowerPoint: slides as pages in the order of the show, each under its title, with its notes.
#include <algorithm>
#include <charconv>

#include "extract/readers/document_builder.h"
#include "extract/readers/office_parts.h"
#include "extract/readers/reading.h"
#include "extract/readers/xml.h"

namespace walrus::extract {

namespace {

// The paragraphs of one slide or its notes, with the title apart.
class SlideHandler {
 public:
  void start(XmlReader& reader) {
    std::string_view name = reader.name();
    if (name == "sp") {
      in_title_ = left_out_ = false;
    } else if (name == "ph") {
      std::string type = reader.attribute("type");
      in_title_ = type == "title" || type == "ctrTitle";
      left_out_ =
          type == "sldNum" || type == "dt" || type == "ftr" || type == "hdr" || type == "sldImg";
    } else if (name == "t") {
      in_text_ = true;
    } else if (name == "br") {
      paragraph_ += ' ';
    } else if (name == "tr") {
      row_.clear();
      in_row_ = true;
    } else if (name == "Fallback") {
      reader.skip();
    }
  }

  void end(XmlReader& reader) {
    std::string_view name = reader.name();
    if (name == "t") {
      in_text_ = false;
    } else if (name == "p") {
      end_paragraph();
    } else if (name == "tc") {
      row_ += '\t';
    } else if (name == "tr") {
      in_row_ = false;
      lines.push_back(std::string(trim(row_)));
    }
  }

  void text(std::string_view text) {
    if (in_text_ && !left_out_) paragraph_ += text;
  }

  std::string title;
  std::vector<std::string> lines;  // the title among them

 private:
  void end_paragraph() {
    std::string paragraph = std::exchange(paragraph_, {});
    if (is_blank(paragraph)) return;
    if (in_title_) title += (title.empty() ? "" : " ") + paragraph;
    if (in_row_) {
      bool cell_begins = row_.empty() || row_.back() == '\t';
      row_ += (cell_begins ? "" : " ") + paragraph;
    } else {
      lines.push_back(std::move(paragraph));
    }
  }

  std::string paragraph_;
  std::string row_;
  bool in_title_ = false;
  bool left_out_ = false;
  bool in_text_ = false;
  bool in_row_ = false;
};

// The number in "ppt/slides/slide12.xml".
int slide_number(std::string_view member) {
  std::size_t digits = member.find_last_not_of("0123456789", member.size() - 5) + 1;
  int number = 0;
  std::from_chars(member.data() + digits, member.data() + member.size(), number);
  return number;
}

// As the presentation lists them; by number where it lists none.
std::vector<std::string> slides_in_order(const Archive& archive) {
  std::vector<std::string> slides;
  std::string member = main_part(archive, "ppt/presentation.xml");
  if (const std::string* bytes = archive.find(member)) {
    auto parts = relations(archive, member);
    XmlReader reader(*bytes);
    while (reader.next()) {
      if (reader.event() != XmlEvent::kStart || reader.name() != "sldId") continue;
      auto found = parts.find(reader.qualified_attribute("id"));
      if (found != parts.end() && archive.find(found->second.member))
        slides.push_back(found->second.member);
    }
  }
  if (!slides.empty()) return slides;
  for (const auto& [name, bytes] : archive.members()) {
    if (name.starts_with("ppt/slides/slide") && name.ends_with(".xml")) slides.push_back(name);
  }
  std::ranges::sort(slides, {}, slide_number);
  return slides;
}

const std::string* notes_of(const Archive& archive, const std::string& slide) {
  for (const auto& [id, relation] : relations(archive, slide)) {
    if (relation.type == "notesSlide") return archive.find(relation.member);
  }
  return nullptr;
}

Result<> write_slide(const Archive& archive, const std::string& member, int page,
                     DocumentBuilder& builder) {
  SlideHandler slide;
  if (auto parsed = parse_xml(*archive.find(member), slide); !parsed) return parsed;
  builder.begin_section(page, slide.title);
  for (const std::string& line : slide.lines) {
    builder.append_words(line);
    builder.break_line();
  }
  const std::string* notes_bytes = notes_of(archive, member);
  if (notes_bytes == nullptr) return {};
  SlideHandler notes;
  if (auto parsed = parse_xml(*notes_bytes, notes); !parsed) return parsed;
  builder.break_paragraph();
  for (const std::string& line : notes.lines) {
    builder.append_words(line);
    builder.break_line();
  }
  return {};
}

bool is_needed(std::string_view name) {
  bool part = name == "ppt/presentation.xml" || name.starts_with("ppt/slides/") ||
              name.starts_with("ppt/notesSlides/");
  return (part && (name.ends_with(".xml") || name.ends_with(".rels"))) || name == "_rels/.rels" ||
         name == "ppt/_rels/presentation.xml.rels" || name == "docProps/core.xml";
}

}  // namespace

Result<text::StructuredText> read_pptx(const Input& input) {
  auto archive = Archive::open(input.bytes, input.limits, is_needed);
  if (!archive) return std::unexpected(std::move(archive.error()));
  auto slides = slides_in_order(*archive);
  if (slides.empty()) return damaged("it holds no slides");
  if (slides.size() > static_cast<std::size_t>(input.limits.pages)) {
    return fail(ErrorCode::kTooLarge,
                "The presentation has more slides than one document may hold.");
  }
  DocumentBuilder builder(input.limits);
  builder.set_title(title_of(*archive));
  builder.set_pages(static_cast<int>(slides.size()));
  for (std::size_t i = 0; i < slides.size() && !builder.full(); ++i) {
    auto written = write_slide(*archive, slides[i], static_cast<int>(i + 1), builder);
    if (!written) return std::unexpected(written.error());
    input.progress(i + 1, slides.size());
  }
  return builder.finish();
}

}  // namespace walrus::extract
