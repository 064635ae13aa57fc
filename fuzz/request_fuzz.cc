// Any bytes as a request, whole and in pieces: the same is understood.
#include <string>

#include "fuzz/input.h"
#include "http/request_parser.h"

using namespace walrus;

namespace {

class Sink final : public http::BodySink {
 public:
  Result<void> write(std::string_view bytes) override {
    text += bytes;
    return {};
  }
  std::string text;
};

// Reads one request from bytes that become known little by little, as a connection does.
class Reader {
 public:
  // False: no more is wanted.
  bool know(std::string_view known) {
    if (!begun_ && !begin(known)) return !ended_;
    while (!parser_.done()) {
      auto used = parser_.parse_body(known.substr(at_), sink_);
      if (!used) return refuse();
      fuzz::promise(*used <= known.size() - at_);
      if (*used == 0) return true;
      at_ += *used;
    }
    outcome_ = request_.method + " " + request_.path + "\n" + sink_.text;
    for (auto& [name, value] : request_.query_parameters()) outcome_ += "\n" + name + "=" + value;
    ended_ = true;
    return false;
  }
  const std::string& outcome() const { return outcome_; }  // empty: incomplete

 private:
  bool begin(std::string_view known) {
    auto head = http::find_head(known, scanned_, limits_);
    if (!head) return refuse();
    if (*head == 0) return false;
    if (parser_.parse_head(known.substr(0, *head), request_)) return refuse();
    at_ = *head;
    begun_ = true;
    return true;
  }
  bool refuse() {
    outcome_ = "refused";
    ended_ = true;
    return false;
  }

  http::Limits limits_;
  http::RequestParser parser_;
  http::Request request_;
  Sink sink_;
  std::size_t scanned_ = 0;
  std::size_t at_ = 0;
  bool begun_ = false;
  bool ended_ = false;
  std::string outcome_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::as_text(data, size);
  Reader whole;
  whole.know(text);
  Reader pieces;
  std::size_t known = 0;
  fuzz::in_pieces(text, [&](std::string_view piece) {
    known += piece.size();
    return pieces.know(text.substr(0, known));
  });
  fuzz::promise(whole.outcome() == pieces.outcome());
  return 0;
}
