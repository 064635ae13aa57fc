// XML as a stream of events, without document type declarations, entities of its own or the
// network.
#pragma once

#include <libxml/xmlreader.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace walrus::extract {

enum class XmlEvent { kStart, kEnd, kText };

class XmlReader {
 public:
  // `bytes` must outlive the reader.
  explicit XmlReader(std::string_view bytes);

  // Moves to the next event; false at the end and at what is not well-formed or not allowed. An
  // element without content gives a start and an end like any other.
  bool next();
  XmlEvent event() const { return event_; }
  // The local name of the element that starts or ends, valid until next().
  std::string_view name() const;
  std::string_view text() const;
  // An attribute of the starting element by its local name, or empty: the first, or the first in a
  // namespace (as "id" in r:id).
  std::string attribute(std::string_view local_name) const { return find(local_name, false); }
  std::string qualified_attribute(std::string_view local_name) const {
    return find(local_name, true);
  }
  // Leaves the element that just started; its end is the current event then.
  void skip();

  std::size_t consumed() const;
  // Errors: extraction_failed if reading stopped before the end.
  Result<> status() const;

 private:
  struct Free {
    void operator()(xmlTextReader* reader) const { xmlFreeTextReader(reader); }
  };
  std::string find(std::string_view local_name, bool qualified) const;
  bool refuse(std::string why);

  std::unique_ptr<xmlTextReader, Free> reader_;
  XmlEvent event_ = XmlEvent::kText;
  bool end_follows_ = false;  // the element just started is empty
  int depth_ = 0;
  std::string error_;
};

// Parses all of `bytes`, giving each event to the handler's start(reader), end(reader) and
// text(string_view).
template <class Handler>
Result<> parse_xml(std::string_view bytes, Handler& handler) {
  XmlReader reader(bytes);
  while (reader.next()) {
    switch (reader.event()) {
      case XmlEvent::kStart:
        handler.start(reader);
        break;
      case XmlEvent::kEnd:
        handler.end(reader);
        break;
      case XmlEvent::kText:
        handler.text(reader.text());
        break;
    }
  }
  return reader.status();
}

}  // namespace walrus::extract
