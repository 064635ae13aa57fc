#include "extract/readers/office_parts.h"

#include "extract/readers/xml.h"

namespace walrus::extract {

std::map<std::string, Relation> relations(const Archive& archive, std::string_view member) {
  std::map<std::string, Relation> result;
  std::size_t name = member.rfind('/') + 1;  // npos + 1 is 0
  std::string part =
      std::string(member.substr(0, name)) + "_rels/" + std::string(member.substr(name)) + ".rels";
  const std::string* bytes = archive.find(part);
  if (bytes == nullptr) return result;
  XmlReader reader(*bytes);
  while (reader.next()) {
    if (reader.event() != XmlEvent::kStart || reader.name() != "Relationship") continue;
    if (reader.attribute("TargetMode") == "External") continue;
    std::string type = reader.attribute("Type");
    result[reader.attribute("Id")] = {type.substr(type.rfind('/') + 1),
                                      resolve_member(member, reader.attribute("Target"))};
  }
  return result;
}

std::string main_part(const Archive& archive, std::string_view usual) {
  for (const auto& [id, relation] : relations(archive, "")) {
    if (relation.type == "officeDocument" && archive.find(relation.member) != nullptr)
      return relation.member;
  }
  return std::string(usual);
}

std::string title_of(const Archive& archive, std::string_view member) {
  const std::string* bytes = archive.find(member);
  return bytes == nullptr ? std::string() : element_text(*bytes, "title");
}

std::string element_text(std::string_view xml, std::string_view local_name) {
  std::string text;
  XmlReader reader(xml);
  bool inside = false;
  while (reader.next()) {
    if (reader.event() == XmlEvent::kText && inside) text += reader.text();
    if (reader.event() == XmlEvent::kText || reader.name() != local_name) continue;
    inside = reader.event() == XmlEvent::kStart;
    if (!inside) return text;
  }
  return text;
}

}  // namespace walrus::extract
