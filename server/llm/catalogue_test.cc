#include "llm/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/scripted_model.h"

namespace walrus::llm {
namespace {

using ::testing::ElementsAre;

class CatalogueTest : public ::testing::Test {
 protected:
  testing::ScriptedModel* add(std::string id, std::vector<std::string> strengths,
                              std::int64_t context, double cost) {
    auto model = std::make_unique<testing::ScriptedModel>(
        ModelInfo{std::move(id), "test", std::move(strengths), context, cost},
        testing::ModelScript{});
    testing::ScriptedModel* raw = model.get();
    models_.push_back(std::move(model));
    return raw;
  }
  Catalogue make() {
    ModelInfo last{"extractive", "walrus", {"search_focused", "summary_focused"}, 1'000'000, 0};
    return {std::move(models_),
            std::make_unique<testing::ScriptedModel>(last, testing::ModelScript{})};
  }
  static std::vector<std::string> ids(const Result<std::vector<Model*>>& chosen) {
    std::vector<std::string> out;
    for (Model* model : *chosen) out.push_back(model->info().model_id);
    return out;
  }
  std::vector<std::unique_ptr<Model>> models_;
};

TEST_F(CatalogueTest, OrdersByFit) {
  add("plain", {}, 8192, 0);
  add("dear", {"search_focused"}, 8192, 9);
  add("cheap", {"search_focused"}, 8192, 1);
  add("small", {"search_focused"}, 100, 0);
  Catalogue catalogue = make();
  EXPECT_THAT(ids(catalogue.choose(Approach::kSearchFocused, 4000, {})),
              ElementsAre("cheap", "dear", "small", "plain", "extractive"));
  EXPECT_THAT(ids(catalogue.choose(Approach::kAnalysisFocused, 50, {})),
              ElementsAre("plain", "small", "cheap", "dear", "extractive"));
}

TEST_F(CatalogueTest, PrefersTheAvailableAmongEquals) {
  add("first", {}, 8192, 0)->set_available(false);
  add("second", {}, 8192, 0);
  Catalogue catalogue = make();
  EXPECT_THAT(ids(catalogue.choose(Approach::kSearchFocused, 10, {})),
              ElementsAre("second", "first", "extractive"));
  EXPECT_FALSE(catalogue.list()[0].available);
  EXPECT_TRUE(catalogue.list()[1].available);
}

TEST_F(CatalogueTest, PutsTheRequestedFirst) {
  add("a", {"search_focused"}, 8192, 0);
  add("b", {}, 10, 5);
  Catalogue catalogue = make();
  EXPECT_THAT(ids(catalogue.choose(Approach::kSearchFocused, 4000, "b")),
              ElementsAre("b", "a", "extractive"));
  EXPECT_THAT(ids(catalogue.choose(Approach::kSearchFocused, 4000, "extractive")),
              ElementsAre("extractive", "a", "b"));
}

TEST_F(CatalogueTest, NamesTheFieldAndTheKnownOfAnUnknownModel) {
  add("a", {}, 8192, 0);
  Catalogue catalogue = make();
  auto chosen = catalogue.choose(Approach::kSearchFocused, 10, "gpt-9");
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().code, ErrorCode::kValidationError);
  ASSERT_EQ(chosen.error().fields.size(), 1U);
  EXPECT_EQ(chosen.error().fields[0].pointer, "/model");
  EXPECT_EQ(chosen.error().fields[0].message, "must be one of: a, extractive");
}

TEST_F(CatalogueTest, HasTheLastResortAlone) {
  Catalogue catalogue = make();
  EXPECT_THAT(ids(catalogue.choose(Approach::kExplanationFocused, 10, {})),
              ElementsAre("extractive"));
  ASSERT_EQ(catalogue.list().size(), 1U);
  EXPECT_EQ(catalogue.list()[0].info.model_id, "extractive");
}

}  // namespace
}  // namespace walrus::llm
