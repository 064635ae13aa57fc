// What a Socket is made of; for the files that include Asio.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "http/socket.h"

namespace walrus::http {

// The executor's own type, not any_io_executor: no indirect call on the hot path.
using AsioSocket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

struct Socket::Impl {
  AsioSocket socket;
};

}  // namespace walrus::http
