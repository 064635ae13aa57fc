#include "base/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/event_loop.h"
#include "base/json.h"
#include "base/time_format.h"

namespace walrus {

struct Log::Impl {
  LogFormat format;
  LogLevel least;
  spdlog::logger sink{"walrus", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
};

namespace {

constexpr std::string_view kLevelNames[] = {"debug", "info", "warning", "error"};

void append_value(std::string& out, const LogField& field, bool quoted) {
  if (auto* text = std::get_if<std::string_view>(&field.value)) {
    if (quoted || text->find_first_of(" \"\n=") != std::string_view::npos) {
      append_json_string(out, *text);
    } else {
      out += *text;
    }
  } else if (auto* integer = std::get_if<std::int64_t>(&field.value)) {
    out += fmt::to_string(*integer);
  } else if (auto* number = std::get_if<double>(&field.value)) {
    out += fmt::format("{:.6g}", *number);
  } else {
    out += std::get<bool>(field.value) ? "true" : "false";
  }
}

std::string json_line(LogLevel level, std::string_view message,
                      std::initializer_list<LogField> fields) {
  std::string line = "{\"time\":\"" + iso_millis(SystemClock().now()) + "\",\"level\":\"";
  line += kLevelNames[static_cast<int>(level)];
  line += "\",\"message\":";
  append_json_string(line, message);
  for (const LogField& field : fields) {
    line += ",\"";
    line += field.name;
    line += "\":";
    append_value(line, field, true);
  }
  return line + "}";
}

std::string text_line(LogLevel level, std::string_view message,
                      std::initializer_list<LogField> fields) {
  std::string line = fmt::format("{} {:7} {}", iso_millis(SystemClock().now()).substr(11, 12),
                                 kLevelNames[static_cast<int>(level)], message);
  for (const LogField& field : fields) {
    line += "  ";
    line += field.name;
    line += '=';
    append_value(line, field, false);
  }
  return line;
}

}  // namespace

Log::Log(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Log::Log(LogFormat format, LogLevel least) : impl_(std::make_unique<Impl>(format, least)) {
  impl_->sink.set_pattern("%v");
  impl_->sink.set_level(spdlog::level::trace);
}
Log::~Log() = default;
Log::Log(Log&&) noexcept = default;

Log Log::none() {
  return Log(std::unique_ptr<Impl>());
}

void Log::write(LogLevel level, std::string_view message,
                std::initializer_list<LogField> fields) const {
  if (!impl_ || level < impl_->least) return;
  std::string line = impl_->format == LogFormat::kJson ? json_line(level, message, fields)
                                                       : text_line(level, message, fields);
  impl_->sink.log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

void Log::debug(std::string_view message, std::initializer_list<LogField> fields) const {
  write(LogLevel::kDebug, message, fields);
}
void Log::info(std::string_view message, std::initializer_list<LogField> fields) const {
  write(LogLevel::kInfo, message, fields);
}
void Log::warning(std::string_view message, std::initializer_list<LogField> fields) const {
  write(LogLevel::kWarning, message, fields);
}
void Log::error(std::string_view message, std::initializer_list<LogField> fields) const {
  write(LogLevel::kError, message, fields);
}

}  // namespace walrus
