#include "extract/readers/xml.h"

#include <algorithm>
#include <climits>

#include "extract/readers/reading.h"

namespace walrus::extract {

namespace {

constexpr int kMaxDepth = 256;

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view()
                         : std::string_view(reinterpret_cast<const char*>(text));
}

void ignore_error(void*, xmlErrorPtr) {}

}  // namespace

XmlReader::XmlReader(std::string_view bytes) {
  if (bytes.size() > INT_MAX) {
    refuse("it is too long");
    return;
  }
  constexpr int kOptions =
      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA;
  reader_.reset(
      xmlReaderForMemory(bytes.data(), static_cast<int>(bytes.size()), nullptr, nullptr, kOptions));
  if (reader_) xmlTextReaderSetStructuredErrorHandler(reader_.get(), ignore_error, nullptr);
  if (!reader_) refuse("it could not be opened");
}

bool XmlReader::refuse(std::string why) {
  error_ = std::move(why);
  return false;
}

bool XmlReader::next() {
  if (!error_.empty()) return false;
  if (std::exchange(end_follows_, false)) {
    event_ = XmlEvent::kEnd;
    --depth_;
    return true;
  }
  while (true) {
    int result = xmlTextReaderRead(reader_.get());
    if (result == 0) return false;
    if (result < 0) {
      return refuse("its XML is broken at line " +
                    std::to_string(xmlTextReaderGetParserLineNumber(reader_.get())));
    }
    switch (xmlTextReaderNodeType(reader_.get())) {
      case XML_READER_TYPE_ELEMENT:
        if (++depth_ > kMaxDepth) return refuse("its XML nests too deeply");
        event_ = XmlEvent::kStart;
        end_follows_ = xmlTextReaderIsEmptyElement(reader_.get()) == 1;
        return true;
      case XML_READER_TYPE_END_ELEMENT:
        --depth_;
        event_ = XmlEvent::kEnd;
        return true;
      case XML_READER_TYPE_TEXT:
      case XML_READER_TYPE_CDATA:
      case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
      case XML_READER_TYPE_WHITESPACE:
        event_ = XmlEvent::kText;
        return true;
      case XML_READER_TYPE_DOCUMENT_TYPE:
      case XML_READER_TYPE_ENTITY_REFERENCE:
        return refuse("its XML declares entities, which is not allowed");
      default:
        break;
    }
  }
}

std::string_view XmlReader::name() const {
  return view(xmlTextReaderConstLocalName(reader_.get()));
}

std::string_view XmlReader::text() const {
  return view(xmlTextReaderConstValue(reader_.get()));
}

std::string XmlReader::find(std::string_view local_name, bool qualified) const {
  std::string value;
  xmlTextReader* reader = reader_.get();
  while (xmlTextReaderMoveToNextAttribute(reader) == 1) {
    bool in_namespace = xmlTextReaderConstNamespaceUri(reader) != nullptr;
    if (view(xmlTextReaderConstLocalName(reader)) != local_name || (qualified && !in_namespace))
      continue;
    value = view(xmlTextReaderConstValue(reader));
    break;
  }
  xmlTextReaderMoveToElement(reader);
  return value;
}

void XmlReader::skip() {
  int outside = depth_ - 1;
  while (depth_ > outside && next()) {
  }
}

std::size_t XmlReader::consumed() const {
  return static_cast<std::size_t>(std::max<long>(xmlTextReaderByteConsumed(reader_.get()), 0));
}

Result<> XmlReader::status() const {
  if (error_.empty()) return {};
  return damaged(error_);
}

}  // namespace walrus::extract
