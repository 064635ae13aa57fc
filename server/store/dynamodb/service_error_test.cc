#include "store/dynamodb/service_error.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace walrus::store::dynamodb {
namespace {

using ::testing::HasSubstr;

Refusal refusal(int status, std::string_view type, std::string_view message = "") {
  return refusal_of(net::ClientResponse{
      .status = status,
      .body = fmt::format(R"({{"__type":"com.amazonaws.dynamodb.v20120810#{}","message":"{}"}})",
                          type, message)});
}

TEST(ServiceError, SaysWhatEachRefusalMeans) {
  struct Case {
    int status;
    const char* type;
    ErrorCode code;
    Remedy remedy;
  };
  for (const Case& each : {
           Case{400, "ConditionalCheckFailedException", ErrorCode::kConflict, Remedy::kNone},
           {400, "ResourceNotFoundException", ErrorCode::kStorageUnavailable, Remedy::kNone},
           {400, "ResourceInUseException", ErrorCode::kConflict, Remedy::kNone},
           {400, "ProvisionedThroughputExceededException", ErrorCode::kStorageUnavailable,
            Remedy::kPause},
           {400, "ThrottlingException", ErrorCode::kStorageUnavailable, Remedy::kPause},
           {400, "RequestLimitExceeded", ErrorCode::kStorageUnavailable, Remedy::kPause},
           {500, "InternalServerError", ErrorCode::kStorageUnavailable, Remedy::kPause},
           {503, "SomethingNew", ErrorCode::kStorageUnavailable, Remedy::kPause},
           {400, "SomethingNew", ErrorCode::kInternalError, Remedy::kNone},
           {400, "ValidationException", ErrorCode::kInternalError, Remedy::kNone},
           {400, "AccessDeniedException", ErrorCode::kStorageUnavailable, Remedy::kNone},
           {400, "ExpiredTokenException", ErrorCode::kStorageUnavailable, Remedy::kNewKeys},
           {400, "RequestExpired", ErrorCode::kInternalError, Remedy::kSetClock},
       }) {
    Refusal seen = refusal(each.status, each.type);
    EXPECT_EQ(seen.error.error.code, each.code) << each.type;
    EXPECT_EQ(seen.remedy, each.remedy) << each.type;
    EXPECT_EQ(seen.error.type, each.type);
    EXPECT_EQ(seen.error.maybe_done, each.status >= 500) << each.type;
    EXPECT_EQ(seen.error.error.retry_after.has_value(), each.remedy == Remedy::kPause) << each.type;
  }
}

TEST(ServiceError, TellsItemsThatAreTooLarge) {
  EXPECT_EQ(refusal(400, "ValidationException", "Item size has exceeded the maximum allowed size")
                .error.error.code,
            ErrorCode::kPayloadTooLarge);
  EXPECT_EQ(refusal(413, "RequestEntityTooLarge").error.error.code, ErrorCode::kPayloadTooLarge);
}

TEST(ServiceError, TellsAWrongClockFromAWrongSignature) {
  EXPECT_EQ(refusal(400, "InvalidSignatureException", "Signature expired: 1 is now earlier than 2")
                .remedy,
            Remedy::kSetClock);
  EXPECT_EQ(
      refusal(400, "InvalidSignatureException", "The request signature does not match").remedy,
      Remedy::kNone);
}

TEST(ServiceError, KeepsTheServicesWordsToTheLog) {
  Refusal seen = refusal(400, "ValidationException", "Unknown attribute x");
  EXPECT_THAT(seen.error.error.detail, HasSubstr("Unknown attribute x"));
  EXPECT_THAT(seen.error.error.message, ::testing::Not(HasSubstr("Unknown attribute x")));
}

TEST(ServiceError, LogsNothingThatTheServiceQuotes) {
  Refusal seen = refusal(400, "ValidationException", "1 error detected: Value 'canary' is wrong");
  EXPECT_THAT(seen.error.error.detail, HasSubstr("1 error detected"));
  EXPECT_THAT(seen.error.error.detail, ::testing::Not(HasSubstr("canary")));
  seen =
      refusal(400, "InvalidSignatureException", "The signature differs.\\n\\nIt is of POST canary");
  EXPECT_THAT(seen.error.error.detail, HasSubstr("The signature differs."));
  EXPECT_THAT(seen.error.error.detail, ::testing::Not(HasSubstr("canary")));
  seen = refusal(400, "ValidationException", std::string(5000, 'x'));
  EXPECT_LT(seen.error.error.detail.size(), 400u);
}

TEST(ServiceError, ReadsWhatIsNoJson) {
  for (const char* body : {"", "<html>", "[]", R"({"__type":1})"}) {
    Refusal seen = refusal_of(net::ClientResponse{.status = 502, .body = body});
    EXPECT_EQ(seen.error.error.code, ErrorCode::kStorageUnavailable);
    EXPECT_EQ(seen.remedy, Remedy::kPause);
    EXPECT_TRUE(seen.error.maybe_done);
  }
}

TEST(ServiceError, ATryWithoutAnAnswerMayHaveBeenDone) {
  Refusal lost = refusal_of(Error{ErrorCode::kTimeout, "m", "d"});
  EXPECT_TRUE(lost.error.maybe_done);
  EXPECT_EQ(lost.error.error.code, ErrorCode::kStorageUnavailable);
  EXPECT_EQ(lost.remedy, Remedy::kPause);
  EXPECT_FALSE(refusal_of(Error{ErrorCode::kForbiddenAddress, "m", "d"}).error.maybe_done);
}

}  // namespace
}  // namespace walrus::store::dynamodb
