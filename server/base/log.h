// Structured log lines to standard error: JSON, or text on a terminal.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace walrus {

enum class LogLevel { kDebug, kInfo, kWarning, kError };
enum class LogFormat { kJson, kText };

struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double, bool> value;

  LogField(std::string_view n, std::string_view v) : name(n), value(v) {}
  LogField(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  LogField(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  LogField(std::string_view n, bool v) : name(n), value(v) {}
  LogField(std::string_view n, double v) : name(n), value(v) {}
  template <class Integer>
    requires std::is_integral_v<Integer>
  LogField(std::string_view n, Integer v) : name(n), value(static_cast<std::int64_t>(v)) {}
};

// Thread-safe. What is logged is named field by field; queries, documents, keys and headers never
// are.
class Log {
 public:
  Log(LogFormat format, LogLevel least);
  ~Log();

  // A log that drops everything, for tests.
  static Log none();

  void debug(std::string_view message, std::initializer_list<LogField> fields = {}) const;
  void info(std::string_view message, std::initializer_list<LogField> fields = {}) const;
  void warning(std::string_view message, std::initializer_list<LogField> fields = {}) const;
  void error(std::string_view message, std::initializer_list<LogField> fields = {}) const;

  Log(Log&&) noexcept;

 private:
  struct Impl;
  explicit Log(std::unique_ptr<Impl> impl);
  void write(LogLevel level, std::string_view message,
             std::initializer_list<LogField> fields) const;
  std::unique_ptr<Impl> impl_;
};

}  // namespace walrus
