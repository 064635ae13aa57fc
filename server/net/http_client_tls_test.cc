// A server whose certificate nobody vouches for.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "net/http_client.h"
#include "testing/manual_loop.h"

namespace walrus::net {
namespace {

// Serves one TLS connection on a loopback port with a certificate it signed itself.
class SelfSignedServer {
 public:
  SelfSignedServer() {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("127.0.0.1"), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_sign(certificate, key, EVP_sha256());
    context_ = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(context_, certificate);
    SSL_CTX_use_PrivateKey(context_, key);
    X509_free(certificate);
    EVP_PKEY_free(key);

    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    listen(listener_, 1);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve_one(); });
  }
  ~SelfSignedServer() {
    thread_.join();
    close(listener_);
    SSL_CTX_free(context_);
  }

  int port() const { return port_; }
  bool got_a_request() {
    thread_.join();
    thread_ = std::thread([] {});
    return got_a_request_;
  }

 private:
  void serve_one() {
    int connection = accept(listener_, nullptr, nullptr);
    SSL* tls = SSL_new(context_);
    SSL_set_fd(tls, connection);
    char byte = 0;
    got_a_request_ = SSL_accept(tls) == 1 && SSL_read(tls, &byte, 1) == 1;
    SSL_free(tls);
    close(connection);
  }

  SSL_CTX* context_ = nullptr;
  int listener_ = -1;
  int port_ = 0;
  bool got_a_request_ = false;
  std::thread thread_;
};

TEST(HttpClientTls, SendsNothingToAServerItCannotVerify) {
  SelfSignedServer server;
  testing::ManualClock clock;
  testing::ManualLoop loop(clock);
  Log log = Log::none();
  HttpClient client(log);
  ClientRequest request{.url = "https://127.0.0.1:" + std::to_string(server.port()) + "/"};
  request.headers = {{"Authorization", "Bearer secret"}};
  auto response = testing::run(loop, client.send(request, {}));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kUpstreamError);
  EXPECT_EQ(response.error().message, "The server's certificate could not be verified.");
  EXPECT_FALSE(server.got_a_request());
}

}  // namespace
}  // namespace walrus::net
