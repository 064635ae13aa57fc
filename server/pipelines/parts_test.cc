// The pipelines' small parts: ids, the extracted text's blob, filters, snippets, stored inputs.
#include <gtest/gtest.h>

#include <random>

#include "pipelines/chunk_id.h"
#include "pipelines/extracted_text.h"
#include "pipelines/retrieval.h"
#include "pipelines/upload_input.h"

namespace walrus::pipelines {
namespace {

const std::string kDocument = "0190163d-8694-739b-aea5-966c26f8ad91";

TEST(ChunkIdTest, IsReadAsItWasWritten) {
  store::ChunkRecord chunk;
  chunk.document_id = kDocument;
  chunk.version = 12;
  chunk.index = 345;
  EXPECT_EQ(chunk_id(chunk), kDocument + ":12:345");
  auto key = parse_chunk_id(chunk_id(chunk));
  ASSERT_TRUE(key);
  EXPECT_EQ(key->document_id, kDocument);
  EXPECT_EQ(key->version, 12);
  EXPECT_EQ(key->index, 345);
}

TEST(ChunkIdTest, RefusesWhatIsNone) {
  for (const std::string& text :
       {std::string(), std::string("::"), kDocument, kDocument + ":1",
        kDocument + ":1:", kDocument + "::1", kDocument + ":1:2:3", kDocument + ":-1:2",
        kDocument + ":1:2 ", kDocument + ":1:99999999999", kDocument + ":0x1:2",
        std::string("not-a-uuid:1:2"), std::string("../../etc/passwd:1:2")}) {
    EXPECT_FALSE(parse_chunk_id(text)) << text;
  }
}

TEST(ExtractedTextTest, IsReadAsItWasWritten) {
  text::StructuredText text{.title = "A \"title\"",
                            .text = "One.\nTwo \xE2\x82\xAC.\n\tThree \xF0\x9F\xA6\xAD.",
                            .sections = {{0, 1, ""}, {5, 2, "Chapter\n2"}},
                            .encoding = "windows-1252",
                            .encoding_guessed = true,
                            .pages = 2};
  auto read = text_from_blob(to_blob(text));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->title, text.title);
  EXPECT_EQ(read->text, text.text);
  EXPECT_EQ(read->encoding, text.encoding);
  EXPECT_EQ(read->encoding_guessed, true);
  EXPECT_EQ(read->pages, 2);
  ASSERT_EQ(read->sections.size(), 2u);
  EXPECT_EQ(read->sections[1].start, 5u);
  EXPECT_EQ(read->sections[1].page, 2);
  EXPECT_EQ(read->sections[1].heading, "Chapter\n2");
}

TEST(ExtractedTextTest, ADamagedBlobIsAnErrorNotACrash) {
  std::string blob = to_blob({.title = "T", .text = "Text.", .sections = {{0, 1, "H"}}});
  for (std::size_t length = 0; length < blob.size(); ++length) {
    auto read = text_from_blob(blob.substr(0, length));
    ASSERT_FALSE(read) << length;
    ASSERT_EQ(read.error().code, ErrorCode::kInternal);
  }
  for (unsigned seed = 1; seed <= 2'000; ++seed) {
    std::mt19937 random(seed);
    std::string broken = blob;
    broken[random() % broken.size()] = static_cast<char>(random());
    (void)text_from_blob(broken);  // either way
  }
  for (const char* other : {"[]", "{}", "null", R"({"title":1})",
                            R"({"title":"","encoding":"","encoding_guessed":false,"pages":-1,)"
                            R"("sections":[[0,1]],"text":""})"}) {
    EXPECT_FALSE(text_from_blob(other)) << other;
  }
}

// A section that does not lie in the text would let the chunker read past it.
TEST(ExtractedTextTest, SectionsLieInTheTextAndInOrder) {
  auto with_sections = [](std::string sections) {
    return text_from_blob(
        R"({"title":"","encoding":"","encoding_guessed":false,"pages":0,"sections":)" + sections +
        R"(,"text":"12345"})");
  };
  EXPECT_TRUE(with_sections(R"([[0,0,""],[3,0,"H"]])"));
  EXPECT_FALSE(with_sections(R"([[0,0,""],[6,0,"H"]])"));
  EXPECT_FALSE(with_sections(R"([[0,0,""],[4,0,"H"],[3,0,"I"]])"));
  EXPECT_FALSE(with_sections(R"([[1,0,""]])"));
  EXPECT_FALSE(with_sections(R"([])"));
}

Result<RetrievalFilter> filter(std::string_view text) {
  return filter_from_json(parse_json(text).value().as_object());
}

TEST(RetrievalFilterTest, ReadsEachMemberAndWritesItBack) {
  auto read = filter(R"({"document_id":"d","document_type":"web_crawl","file_type":"PDF",
                         "metadata.team":"red","metadata.year":2024})");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->file_type, ".pdf");
  EXPECT_EQ(read->metadata.size(), 2u);
  auto again = filter_from_json(to_json(*read));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->document_id, "d");
  EXPECT_EQ(again->document_type, "web_crawl");
  EXPECT_EQ(again->metadata, read->metadata);
  EXPECT_TRUE(filter("{}")->empty());
}

TEST(RetrievalFilterTest, NamesTheMemberThatIsWrong) {
  for (auto [text, pointer] : {std::pair{R"({"title":"x"})", "/retrieval_filter/title"},
                               {R"({"metadata.":"x"})", "/retrieval_filter/metadata."},
                               {R"({"metadata.a":[1]})", "/retrieval_filter/metadata.a"},
                               {R"({"document_id":7})", "/retrieval_filter/document_id"},
                               {R"({"document_id":""})", "/retrieval_filter/document_id"},
                               {R"({"document_type":"pdf"})", "/retrieval_filter/document_type"},
                               {R"({"file_type":"exe"})", "/retrieval_filter/file_type"}}) {
    auto read = filter(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::kValidationError);
    ASSERT_EQ(read.error().fields.size(), 1u);
    EXPECT_EQ(read.error().fields[0].pointer, pointer);
  }
}

TEST(RetrievalFilterTest, AdmitsWhatMatchesInEveryMember) {
  store::DocumentRecord document;
  document.id = "d";
  document.type = "file_upload";
  document.file_type = ".pdf";
  document.metadata = {{"team", "red"}, {"year", 2024}, {"draft", false}, {"tags", {"a"}}};
  for (const char* admits : {"{}", R"({"document_id":"d"})", R"({"file_type":"pdf"})",
                             R"({"metadata.team":"red","document_type":"file_upload"})",
                             R"({"metadata.year":2024.0})", R"({"metadata.draft":false})"}) {
    EXPECT_TRUE(filter(admits)->admits(document)) << admits;
  }
  for (const char* refuses :
       {R"({"document_id":"e"})", R"({"file_type":".docx"})", R"({"document_type":"web_crawl"})",
        R"({"metadata.team":"blue"})", R"({"metadata.year":"2024"})", R"({"metadata.none":null})",
        R"({"metadata.team":"red","metadata.year":2023})", R"({"metadata.draft":0})"}) {
    EXPECT_FALSE(filter(refuses)->admits(document)) << refuses;
  }
}

TEST(SnippetTest, IsCutBetweenCharactersAndOnOneLine) {
  EXPECT_EQ(snippet("One\nline\tof text"), "One line of text");
  EXPECT_EQ(snippet(std::string(200, 'x')), std::string(200, 'x'));
  EXPECT_EQ(snippet(std::string(201, 'x')), std::string(200, 'x') + "…");
  std::string seals;
  std::string shown;
  for (int i = 0; i < 300; ++i) seals += "\xF0\x9F\xA6\xAD";
  for (int i = 0; i < 200; ++i) shown += "\xF0\x9F\xA6\xAD";
  EXPECT_EQ(snippet(seals), shown + "…");
  EXPECT_EQ(snippet(""), "");
}

TEST(UploadInputTest, IsReadAsItWasWritten) {
  UploadInput input{.version = 3,
                    .original_version = 2,
                    .filename = "a \"b\".pdf",
                    .file_type = ".pdf",
                    .content_type = "application/pdf",
                    .size = 52'428'800,
                    .sha256 = "ab",
                    .metadata = {{"k", 1}}};
  auto stored = parse_json(json::serialize(to_json(input))).value().as_object();
  UploadInput read = upload_input_from(stored);
  EXPECT_EQ(to_json(read), stored);
  store::DocumentRecord document;
  describe(document, read);
  EXPECT_EQ(document.filename, input.filename);
  EXPECT_EQ(document.size, input.size);
  EXPECT_EQ(document.metadata, input.metadata);
}

// A document that is worked on again shows it at once, under a new sequence.
TEST(UploadInputTest, AnOperationOfADocumentGoesOnCounting) {
  store::DocumentRecord document;
  document.id = kDocument;
  document.operation_id = "op";
  auto first = queued_upload(document, {}, {});
  EXPECT_TRUE(first.first.empty());
  EXPECT_EQ(first.record.state.sequence, 0u);
  document.sequence = 42;
  auto again = queued_upload(document, {}, {});
  ASSERT_EQ(again.first.size(), 1u);
  EXPECT_EQ(again.first[0].sequence, 43u);
  EXPECT_EQ(again.record.state.sequence, 43u);
  EXPECT_EQ(again.record.state.percent, 0);
  EXPECT_EQ(again.record.state.outcome, status::Outcome::kProcessing);
}

}  // namespace
}  // namespace walrus::pipelines
