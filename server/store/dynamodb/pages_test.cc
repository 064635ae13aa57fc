// Answers that no DynamoDB should give.
#include "store/dynamodb/pages.h"

#include "testing/dynamodb_fixture.h"
#include "testing/scripted_http_server.h"

namespace walrus::store::dynamodb {
namespace {

using testing::ScriptedHttpServer;
using testing::SeenRequest;

class OddAnswersTest : public DynamoDbTest {
 protected:
  void answer_with(std::string body) {
    server_ = std::make_unique<ScriptedHttpServer>(
        [body](const SeenRequest&) { return testing::whole_reply(200, body); });
    connect(server_->url("/"), "eu-test-1");
  }
  // What came of an operation, which was asked for once.
  template <class T>
  CallError failure(Task<CallResult<T>> task) {
    CallResult<T> result = run(std::move(task));
    EXPECT_FALSE(result);
    EXPECT_EQ(server_->requests().size(), 1u);
    return result ? CallError() : std::move(result.error());
  }

  std::unique_ptr<ScriptedHttpServer> server_;
};

TEST_F(OddAnswersTest, AreNoPageOfItems) {
  for (const char* body :
       {"{}", R"({"Items":{}})", R"({"Items":[1]})", R"({"Items":[{"a":1}]})",
        R"({"Items":[{"a":{"X":"1"}}]})", R"({"Items":[],"LastEvaluatedKey":{"a":{"S":1}}})"}) {
    answer_with(body);
    CallError error = failure(read_items(*client_, "Scan", {}, 10));
    EXPECT_EQ(error.error.code, ErrorCode::kStorageUnavailable) << body;
  }
}

TEST_F(OddAnswersTest, LeaveNoWriteUnnoticed) {
  for (const char* body : {R"({"UnprocessedItems":{"t":{}}})", R"({"UnprocessedItems":{"t":1}})"}) {
    answer_with(body);
    CallError error = failure(write_batch(*client_, {{"t", {{"id", text("1")}}, {}}}));
    EXPECT_EQ(error.error.code, ErrorCode::kStorageUnavailable) << body;
    EXPECT_TRUE(error.maybe_done) << body;
  }
}

TEST_F(OddAnswersTest, LeaveNoKeyUnread) {
  for (const char* body : {"{}", R"({"Responses":{"t":{}}})", R"({"Responses":{"t":[1]}})",
                           R"({"Responses":{},"UnprocessedKeys":{"other":{"Keys":[{}]}}})",
                           R"({"Responses":{},"UnprocessedKeys":{"t":{"Keys":{}}}})"}) {
    answer_with(body);
    CallError error = failure(read_batch(*client_, "t", {{{"id", text("1")}}}, true));
    EXPECT_EQ(error.error.code, ErrorCode::kStorageUnavailable) << body;
  }
}

TEST_F(OddAnswersTest, MayNameNoTableOfWhichNothingWasFound) {
  answer_with(R"({"Responses":{}})");
  CallResult<std::vector<Item>> found = run(read_batch(*client_, "t", {{{"id", text("1")}}}, true));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->empty());
}

TEST_F(OddAnswersTest, WithoutAChecksumAreBelieved) {
  answer_with(R"({"Items":[{"id":{"S":"1"}}]})");
  CallResult<ItemPage> page = run(read_items(*client_, "Scan", {}, 10));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->items.size(), 1u);
}

}  // namespace
}  // namespace walrus::store::dynamodb
