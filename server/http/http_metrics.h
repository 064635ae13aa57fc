// What the server counts. The series are made once: the registry takes a lock, these do not.
#pragma once

#include <array>
#include <unordered_map>

#include "base/metrics.h"
#include "http/router.h"

namespace walrus::http {

class HttpMetrics {
 public:
  HttpMetrics(Metrics& metrics, const Router& router);

  // `route` is null where none matched.
  void observe(const Route* route, int status, Duration took);

  Gauge& connections;
  Gauge& streams;
  Counter& queue_drops;
  Gauge& web_sockets;
  Counter& web_socket_messages;
  Counter& web_socket_refusals;
  Counter& web_socket_slow_readers;

 private:
  struct Series {
    std::array<Counter*, 4> by_class;  // 2xx to 5xx
    Histogram* duration;
  };
  static Series make(Metrics& metrics, std::string_view route, std::string_view method);

  Series unmatched_;
  std::unordered_map<const Route*, Series> routes_;
};

}  // namespace walrus::http
