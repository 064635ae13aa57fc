#include "base/base64.h"

#include <gtest/gtest.h>

namespace walrus {
namespace {

// The examples of RFC 4648, section 10.
TEST(Base64, WritesAndReadsTheExamplesOfItsStandard) {
  const std::pair<const char*, const char*> examples[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"}};
  for (const auto& [data, text] : examples) {
    EXPECT_EQ(to_base64(data), text);
    EXPECT_EQ(from_base64(text), data);
  }
}

TEST(Base64, CarriesEveryByte) {
  std::string data;
  for (int byte = 0; byte < 256; ++byte) data.push_back(static_cast<char>(byte));
  EXPECT_EQ(from_base64(to_base64(data)), data);
}

TEST(Base64, ReadsNothingThatItWouldNotWrite) {
  for (const char* text :
       {"Zg", "Zg=", "Zh==", "Z===", " Zg==", "Zg==\n", "Zm9v\n", "Zm-v", "===="})
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
}

}  // namespace
}  // namespace walrus
