// What every engine promises of the pages of a crawl.
#include "testing/store_fixture.h"

namespace walrus::testing {
namespace {

using namespace store;

class Pages : public StoreTest {
 protected:
  Pages() { put(PutDocument{document_record("d", "bob", clock.now())}); }
  static PageRecord page(int number, int version = 1) {
    return {.document_id = "d",
            .version = version,
            .number = number,
            .url = "https://a.example/" + std::to_string(number)};
  }
  std::vector<int> numbers(int version = 1, Page from = {}) {
    std::vector<int> found;
    for (const PageRecord& each : get(store->pages("d", version, from)).records)
      found.push_back(each.number);
    return found;
  }
};

TEST_P(Pages, KeepEveryField) {
  PageRecord record = page(3);
  record.depth = 2;
  record.state = PageState::kSkipped;
  record.reason = "robots.txt: \"Disallow: /\"";
  record.duplicate_of = "https://a.example/ä";
  record.requested = true;
  record.title = "Straße";
  record.language = "de";
  record.text_hash = std::string(64, 'a');
  record.fingerprint = 0xF000'0000'0000'0001;
  record.chunked = true;
  record.first_chunk = 4;
  record.chunk_count = 5;
  record.first_window = 6;
  record.window_count = 7;
  record.token_count = 8;
  put(PutPages{{record}});
  PageRecord read = get(store->pages("d", 1, {})).records.at(0);
  EXPECT_EQ(read.document_id, "d");
  EXPECT_EQ(read.version, 1);
  EXPECT_EQ(read.number, 3);
  EXPECT_EQ(read.url, record.url);
  EXPECT_EQ(read.depth, 2);
  EXPECT_EQ(read.state, PageState::kSkipped);
  EXPECT_EQ(read.reason, record.reason);
  EXPECT_EQ(read.duplicate_of, record.duplicate_of);
  EXPECT_TRUE(read.requested);
  EXPECT_EQ(read.title, record.title);
  EXPECT_EQ(read.language, "de");
  EXPECT_EQ(read.text_hash, record.text_hash);
  EXPECT_EQ(read.fingerprint, record.fingerprint);
  EXPECT_TRUE(read.chunked);
  EXPECT_EQ(read.first_chunk, 4);
  EXPECT_EQ(read.chunk_count, 5);
  EXPECT_EQ(read.first_window, 6);
  EXPECT_EQ(read.window_count, 7);
  EXPECT_EQ(read.token_count, 8);
}

TEST_P(Pages, AreReplacedAndComeInOrderPageByPage) {
  put(PutPages{{page(10), page(2), page(0)}}, PutPages{{page(0, 2)}});
  PageRecord crawled = page(2);
  crawled.state = PageState::kCrawled;
  put(PutPages{{crawled}});
  EXPECT_EQ(numbers(), (std::vector<int>{0, 2, 10}));
  auto first = get(store->pages("d", 1, {2, ""}));
  EXPECT_EQ(first.records[1].state, PageState::kCrawled);
  EXPECT_EQ(numbers(1, {2, first.next}), std::vector<int>{10});
  EXPECT_EQ(get(store->pages("d", 1, {2, first.next})).next, "");
  EXPECT_EQ(code_of(run(loop, store->pages("d", 1, {2, "x"}))), ErrorCode::kBadRequest);
}

TEST_P(Pages, HaveATextEach) {
  put(PutPages{{page(1)}}, PutPageText{"d", 1, 1, "before"});
  put(PutPageText{"d", 1, 1, "Walrus"}, PutPageText{"d", 2, 1, "other"});
  EXPECT_EQ(get(store->page_text("d", 1, 1)), "Walrus");
  EXPECT_FALSE(get(store->page_text("d", 1, 2)));
  EXPECT_EQ(get(store->page_text("d", 2, 1)), "other");
  EXPECT_EQ(numbers(), std::vector<int>{1});
}

TEST_P(Pages, GoWithTheirVersionAndTheirDocument) {
  put(PutPages{{page(1), page(1, 2)}}, PutPageText{"d", 1, 1, "a"}, PutPageText{"d", 2, 1, "b"});
  put(DeletePages{"d", 1});
  EXPECT_TRUE(numbers().empty());
  EXPECT_FALSE(get(store->page_text("d", 1, 1)));
  EXPECT_EQ(numbers(2), std::vector<int>{1});
  put(DeleteDocument{"bob", "d"});
  EXPECT_TRUE(numbers(2).empty());
  EXPECT_FALSE(get(store->page_text("d", 2, 1)));
  EXPECT_EQ(code_of(commit(PutPages{{page(1)}})), ErrorCode::kConflict);
  EXPECT_EQ(code_of(commit(PutPageText{"d", 1, 1, "late"})), ErrorCode::kConflict);
}

INSTANTIATE_TEST_SUITE_P(Stores, Pages, ::testing::ValuesIn(store_engines()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace walrus::testing
