// Any bytes as what a WebSocket's client sends, whole and in pieces: the same is understood, and
// nothing larger than the limit is kept.
#include <string>

#include "base/utf8.h"
#include "fuzz/input.h"
#include "http/web_socket_reader.h"

using namespace walrus;

namespace {

constexpr std::size_t kLargest = 300;

class Reader {
 public:
  // False: no more is wanted.
  bool read(std::string_view bytes) {
    reader_.feed(bytes);
    for (;;) {
      auto incoming = reader_.next();
      if (!incoming) {
        outcome_ += "refused " + std::to_string(static_cast<int>(incoming.error().code));
        return false;
      }
      if (!*incoming) return true;
      take(**incoming);
    }
  }
  const std::string& outcome() const { return outcome_; }

 private:
  void take(const http::Incoming& incoming) {
    bool text = incoming.kind == http::Opcode::kText;
    fuzz::promise(incoming.payload.size() <= (text ? kLargest : 125));
    fuzz::promise(incoming.kind == http::Opcode::kPing || incoming.kind == http::Opcode::kPong ||
                  is_valid_utf8(incoming.payload));
    outcome_ += std::to_string(static_cast<int>(incoming.kind)) + " " +
                std::to_string(static_cast<int>(incoming.code)) + " " + incoming.payload + "\n";
  }

  http::WebSocketReader reader_{kLargest};
  std::string outcome_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::as_text(data, size);
  Reader whole;
  whole.read(text);
  Reader pieces;
  fuzz::in_pieces(text, [&](std::string_view piece) { return pieces.read(piece); });
  fuzz::promise(whole.outcome() == pieces.outcome());
  return 0;
}
