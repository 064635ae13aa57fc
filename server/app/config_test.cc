#include "app/config.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace walrus::app {
namespace {

class ConfigTest : public ::testing::Test {
 public:
  ~ConfigTest() override { std::filesystem::remove(file_); }

 protected:
  std::string write(std::string_view toml) {
    std::ofstream(file_) << toml;
    return file_;
  }
  Result<Config> config(std::map<std::string, std::string> flags) {
    auto values = resolve(flags, nullptr);
    if (!values) return std::unexpected(values.error());
    return config_from(*values);
  }
  std::string message(std::map<std::string, std::string> flags) {
    auto made = config(std::move(flags));
    return made ? "" : made.error().message;
  }

 private:
  std::string file_ =
      std::filesystem::temp_directory_path() / ("walrus-config-test-" + std::to_string(getpid()));
};

TEST_F(ConfigTest, FlagsWinOverEnvironmentOverFileOverDefaults) {
  std::string file = write("port = 1\nworkers = 1\nmax-queue = 1\n");
  const char* environment[] = {"WALRUS_PORT=2", "WALRUS_WORKERS=2", nullptr};
  auto values = resolve({{"port", "3"}, {"config", file}}, environment);
  ASSERT_TRUE(values);
  EXPECT_EQ(values->text("port"), "3");
  EXPECT_EQ(values->by_name.at("port").origin, "flag");
  EXPECT_EQ(values->text("workers"), "2");
  EXPECT_EQ(values->by_name.at("workers").origin, "environment");
  EXPECT_EQ(values->text("max-queue"), "1");
  EXPECT_EQ(values->by_name.at("max-queue").origin, "file");
  EXPECT_EQ(values->by_name.at("chunk-words").origin, "default");
}

TEST_F(ConfigTest, SuggestsTheKeyThatWasMeant) {
  EXPECT_NE(message({{"config", write("data_dri = \"x\"\n")}}).find("'data-dir'"),
            std::string::npos);
  EXPECT_NE(message({{"config", write("= broken")}}).find("line 1"), std::string::npos);
}

TEST_F(ConfigTest, ReadsAddressRanges) {
  auto made = config({{"webhook-allow", "10.0.0.0/8, fd00::/8,127.0.0.1"}});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->webhook_allow.size(), 3u);
  EXPECT_TRUE(config({})->webhook_allow.empty());
  for (const char* wrong : {"localhost", "10.0.0.1/8", "10.0.0.0/33"}) {
    EXPECT_NE(message({{"webhook-allow", wrong}}).find("--webhook-allow"), std::string::npos);
  }
}

TEST_F(ConfigTest, ReadsSeveralModels) {
  auto made = config(
      {{"config", write("[[models]]\nurl = \"http://a/v1\"\nmodel = \"m\"\ncontext-length = 4096\n"
                        "[[models]]\nurl = \"http://b/v1\"\nmodel = \"n\"\n")},
       {"llm-url", "http://c/v1"},
       {"llm-model", "o"}});
  ASSERT_TRUE(made) << made.error().message;
  ASSERT_EQ(made->models.size(), 3u);
  EXPECT_EQ(made->models[0].context_length, 4096);
  EXPECT_EQ(made->models[2].model, "o");
}

TEST_F(ConfigTest, ShowsNoSecret) {
  auto values = resolve({{"llm-api-key", "sk-canary"}}, nullptr);
  EXPECT_EQ(describe(*values).find("sk-canary"), std::string::npos);
  EXPECT_EQ(describe_json(*values).find("sk-canary"), std::string::npos);
}

TEST_F(ConfigTest, ListensOnLoopbackUnlessToldOtherwise) {
  EXPECT_EQ(config({})->addresses, (std::vector<std::string>{"127.0.0.1", "::1"}));
  EXPECT_NE(message({{"host", "0.0.0.0"}}).find("--insecure"), std::string::npos);
  EXPECT_EQ(message({{"host", "0.0.0.0"}, {"insecure", "true"}}), "");
  EXPECT_EQ(message({{"host", "127.0.0.2"}}), "");
}

TEST_F(ConfigTest, NamesWhatIsWrong) {
  for (auto [name, text] : {std::pair{"port", "65536"},
                            {"port", "x"},
                            {"max-upload", "50 MB"},
                            {"max-upload", "0"},
                            {"store", "redis"},
                            {"sandbox", "off"},
                            {"chunk-overlap", "500"},
                            {"dense-weight", "2"},
                            {"ca-file", "/nowhere"},
                            {"host", "example.com"},
                            {"llm-url", "http://x"},
                            {"log-level", "loud"}}) {
    std::string said = message({{name, text}});
    EXPECT_NE(said.find("--" + std::string(name) == "--llm-url" ? "--llm-model" : name),
              std::string::npos)
        << name << " " << said;
  }
  EXPECT_EQ(config({{"max-upload", "2GB"}})->max_upload, 2ull << 30);
}

}  // namespace
}  // namespace walrus::app
