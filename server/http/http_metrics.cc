#include "http/http_metrics.h"

#include <fmt/format.h>

#include <algorithm>

namespace walrus::http {

HttpMetrics::HttpMetrics(Metrics& metrics, const Router& router)
    : connections(metrics.gauge("walrus_http_connections",
                                "Open connections, streams and WebSockets included.")),
      streams(metrics.gauge("walrus_event_streams", "Open event streams.")),
      queue_drops(metrics.counter("walrus_event_stream_queue_drops_total",
                                  "Frames that a slow reader's full queue did not take.")),
      web_sockets(metrics.gauge("walrus_web_sockets", "Open WebSockets.")),
      web_socket_messages(
          metrics.counter("walrus_web_socket_messages_total", "Messages that WebSockets sent us.")),
      web_socket_refusals(metrics.counter("walrus_web_socket_refusals_total",
                                          "WebSockets closed for what their peer sent.")),
      web_socket_slow_readers(metrics.counter("walrus_web_socket_slow_readers_total",
                                              "WebSockets closed for not reading fast enough.")),
      unmatched_(make(metrics, "unmatched", "any")) {
  for (const auto& route : router.routes()) {
    routes_.emplace(route.get(), make(metrics, route->pattern, route->method));
  }
}

HttpMetrics::Series HttpMetrics::make(Metrics& metrics, std::string_view route,
                                      std::string_view method) {
  std::string labels = fmt::format("route=\"{}\",method=\"{}\"", route, method);
  Series series;
  for (std::size_t i = 0; i < series.by_class.size(); ++i) {
    series.by_class[i] = &metrics.counter("walrus_http_requests_total", "Requests answered.",
                                          fmt::format("{},status=\"{}xx\"", labels, i + 2));
  }
  series.duration = &metrics.histogram("walrus_http_request_duration_seconds",
                                       "From the complete head of a request to its answer, or to "
                                       "the head of a stream.",
                                       labels);
  return series;
}

void HttpMetrics::observe(const Route* route, int status, Duration took) {
  const Series& series = route ? routes_.find(route)->second : unmatched_;
  series.by_class[std::clamp(status / 100, 2, 5) - 2]->add();
  series.duration->observe(std::chrono::duration<double>(took).count());
}

}  // namespace walrus::http
