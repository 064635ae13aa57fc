// walrus-extract: reads the one file on its standard input, or web pages one after the other, and
// writes frames on its standard output. Started by the server alone; it expects the worst of what
// it reads and keeps nothing that could do harm.
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "extract/confine.h"
#include "extract/frames.h"
#include "extract/readers/reading.h"
#include "extract/sandbox.h"

namespace walrus::extract {

namespace {

constexpr std::chrono::milliseconds kProgressPeriod{50};

bool write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t n = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

// Written beforehand: when memory is out there is none to write it with.
std::string out_of_memory_frame;

[[noreturn]] void give_up_for_memory() {
  write_all(out_of_memory_frame);
  ::_exit(0);
}

// At most one frame in a while, however many pages a second are done.
class ProgressWriter {
 public:
  void operator()(std::uint64_t done, std::uint64_t total) {
    auto now = std::chrono::steady_clock::now();
    bool due = now - written_ >= kProgressPeriod || done == total;
    if (!due) return;
    written_ = now;
    write_all(to_frame(Progress{done, total}));
  }

 private:
  std::chrono::steady_clock::time_point written_;
};

template <class Number>
bool parse(std::string_view text, Number& value) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

// What read_arguments() wrote.
bool parse_limits(const std::vector<std::string_view>& arguments, ExtractLimits& limits) {
  std::int64_t cpu = 0;
  bool ok = arguments.size() == 9 && parse(arguments[2], limits.memory_bytes) &&
            parse(arguments[3], limits.text_bytes) && parse(arguments[4], limits.inflated_bytes) &&
            parse(arguments[5], limits.archive_members) &&
            parse(arguments[6], limits.inflation_ratio) && parse(arguments[7], limits.pages) &&
            parse(arguments[8], cpu);
  limits.cpu = std::chrono::seconds(cpu);
  return ok;
}

Result<text::StructuredText> read_input(Format format, const ExtractLimits& limits) {
  struct stat status{};
  auto unreadable = [] {
    return fail(ErrorCode::kInternal,
                "The file could not be read because of a fault in the server.",
                "mapping the input");
  };
  if (::fstat(STDIN_FILENO, &status) != 0) return unreadable();
  auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return fail(ErrorCode::kEmptyDocument, "The file is empty.");
  void* bytes = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0);
  if (bytes == MAP_FAILED) return unreadable();
  // Best: without a filter the parent knows from its self test, and says so.
  install_filter(format == Format::kPdf ? Filter::kPdfHost : Filter::kReader);
  Input input{{static_cast<const char*>(bytes), size}, STDIN_FILENO, limits, ProgressWriter()};
  return read_document(format, input);
}

int read_file(const std::vector<std::string_view>& arguments) {
  ExtractLimits limits;
  auto format = arguments.size() > 1 ? format_from_extension(arguments[1]) : std::nullopt;
  if (!format || !parse_limits(arguments, limits)) return 2;
  out_of_memory_frame = to_frame(
      Error{ErrorCode::kTooLarge, "The file needs more memory than one document may take.", ""});
  std::set_new_handler(give_up_for_memory);
  Result<> confined = confine_process(limits);
  Result<text::StructuredText> document =
      confined ? read_input(*format, limits) : std::unexpected(confined.error());
  return write_all(document ? to_frame(*document) : to_frame(document.error())) ? 0 : 1;
}

bool read_all(char* bytes, std::size_t size) {
  while (size > 0) {
    ssize_t n = ::read(STDIN_FILENO, bytes, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

// One of the two texts of to_request(); nothing at the end.
std::optional<std::string> read_text(std::size_t limit) {
  unsigned char length[4];
  if (!read_all(reinterpret_cast<char*>(length), sizeof length)) return std::nullopt;
  std::size_t size = length[0] | length[1] << 8 | length[2] << 16 | std::size_t{length[3]} << 24;
  if (size > limit) return std::nullopt;
  std::string text(size, '\0');
  if (!read_all(text.data(), size)) return std::nullopt;
  return text;
}

void answer_pages(const ExtractLimits& limits) {
  while (true) {
    std::optional<std::string> charset = read_text(kMaxCharsetBytes);
    std::optional<std::string> html = charset ? read_text(kMaxRequestBytes) : std::nullopt;
    if (!html) return;
    Input input;
    input.bytes = *html;
    input.limits = limits;
    Result<WebPage> page = read_page(input, *charset);
    if (!write_all(page ? to_frame(*page) : to_frame(page.error()))) return;
  }
}

int read_pages(const std::vector<std::string_view>& arguments) {
  ExtractLimits limits;
  if (arguments.size() < 2 || !parse_limits(arguments, limits)) return 2;
  out_of_memory_frame = to_frame(
      Error{ErrorCode::kTooLarge, "The page needs more memory than one document may take.", ""});
  std::set_new_handler(give_up_for_memory);
  if (Result<> confined = confine_process(limits); !confined) {
    return write_all(to_frame(confined.error())) ? 0 : 1;
  }
  install_filter(Filter::kReader);
  answer_pages(limits);
  return 0;
}

int test_confinement() {
  ExtractLimits limits;
  if (!confine_process(limits)) return 1;
  return write_all(to_frame(run_self_test())) ? 0 : 1;
}

}  // namespace

}  // namespace walrus::extract

int main(int count, char** values) {
  using namespace walrus::extract;
  std::vector<std::string_view> arguments(values + 1, values + count);
  int code = 2;
  if (!arguments.empty() && arguments[0] == kReadArgument) code = read_file(arguments);
  if (!arguments.empty() && arguments[0] == kPagesArgument) code = read_pages(arguments);
  if (!arguments.empty() && arguments[0] == kSelfTestArgument) code = test_confinement();
  ::_exit(code);  // nothing is worth tidying up, and deep trees could break their destructors
}
