// A helper that a file has taken over: it does what the file says instead of reading it.
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <string>
#include <string_view>

#include "extract/frames.h"
#include "extract/sandbox.h"

namespace {

using namespace walrus;
using namespace walrus::extract;

void say(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t n = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (n <= 0) ::_exit(0);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

[[noreturn]] void sleep_for_ever() {
  while (true) ::pause();
}

text::StructuredText document(std::string text) {
  text::StructuredText result;
  result.text = std::move(text);
  result.sections = {{0, 0, ""}};
  return result;
}

void obey(std::string_view order) {
  if (order == "hang") sleep_for_ever();
  if (order == "noise") say("no frame at all");
  if (order == "silence") return;
  if (order == "invalid text") say(to_frame(document("\xFF\xFE")));
  if (order == "two answers") say(to_frame(document("one")) + to_frame(document("two")));
  if (order == "half an answer") say(std::string_view(to_frame(document("half"))).substr(0, 9));
  if (order == "crash") {
    ::signal(SIGSEGV, SIG_DFL);
    ::raise(SIGSEGV);
  }
  if (order == "flood") {
    while (true) say(std::string(1 << 20, '\3'));
  }
  if (order == "same progress") {
    while (true) say(to_frame(Progress{1, 2}));
  }
  if (order == "answer and hang") {
    say(to_frame(document("the answer")));
    ::close(STDOUT_FILENO);
    sleep_for_ever();
  }
  if (order == "grandchild") {
    if (::fork() == 0) sleep_for_ever();
    sleep_for_ever();
  }
  if (order == "other descriptors") {
    std::string open;
    for (int i = 3; i < 1024; ++i) {
      if (::lseek(i, 0, SEEK_CUR) != -1 || errno != EBADF) open += std::to_string(i) + " ";
    }
    say(to_frame(document(open.empty() ? "none" : open)));
  }
}

// A page that took the child over: its text is the order.
void obey_pages() {
  char request[4096];
  while (true) {
    ssize_t size = ::read(STDIN_FILENO, request, sizeof request);
    if (size <= 8) return;
    std::string_view order(request + 8, static_cast<std::size_t>(size) - 8);
    WebPage page;
    page.document = document(std::string(order));
    if (order == "a page") say(to_frame(page));
    if (order == "two pages") say(to_frame(page) + to_frame(page));
    if (order == "a document") say(to_frame(page.document));
    obey(order);
    if (order == "silence") return;
  }
}

}  // namespace

int main(int count, char** values) {
  if (count > 1 && std::string_view(values[1]) == kSelfTestArgument) say(to_frame(SelfTest{}));
  if (count > 1 && std::string_view(values[1]) == kPagesArgument) obey_pages();
  if (count > 1 && std::string_view(values[1]) == kReadArgument) {
    char order[64];
    ssize_t size = ::read(STDIN_FILENO, order, sizeof order);
    obey({order, static_cast<std::size_t>(size > 0 ? size : 0)});
  }
  return 0;
}
