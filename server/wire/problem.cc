#include "wire/problem.h"

#include "wire/object_writer.h"

namespace walrus::wire {

std::string problem_json(const Error& error, std::string_view request_id, int http_status,
                         std::string_view operation_id) {
  const ErrorCodeInfo& code = info(info(error.code).as_http);
  int status = http_status != 0 ? http_status : code.http_status;
  std::string out;
  ObjectWriter object(out);
  object.text("type", "/errors/" + std::string(code.word));
  object.text("title", code.title);
  object.number("status", status);
  object.text("detail", error.message);
  object.number("status_code", status);
  object.text("error_type", code.word);
  object.text("request_id", request_id);
  if (!operation_id.empty()) object.text("operation_id", operation_id);
  if (!error.fields.empty()) {
    ArrayWriter fields;
    for (const FieldError& field : error.fields) {
      std::string text;
      ObjectWriter entry(text);
      entry.text("pointer", field.pointer);
      entry.text("message", field.message);
      entry.close();
      fields.raw(text);
    }
    object.raw("errors", std::move(fields).finish());
  }
  object.close();
  return out;
}

}  // namespace walrus::wire
