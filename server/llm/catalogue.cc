#include "llm/catalogue.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>

namespace walrus::llm {

namespace {

// Smaller is better. Taken once a model, since availability may change while they are sorted.
struct Fit {
  bool strong;
  bool holds;
  double cost;
  bool available;
  std::size_t order;  // as they were given
  Model* model;

  auto key() const { return std::tuple(!strong, !holds, cost, !available, order); }
};

Fit fit_of(Model& model, std::size_t order, Approach approach, std::int64_t context_tokens) {
  const ModelInfo& info = model.info();
  bool strong = std::ranges::find(info.strengths, name_of(approach)) != info.strengths.end();
  return {strong,
          info.context_length >= context_tokens,
          info.cost_per_million_tokens,
          model.available(),
          order,
          &model};
}

}  // namespace

Catalogue::Catalogue(std::vector<std::unique_ptr<Model>> models, std::unique_ptr<Model> last_resort)
    : models_(std::move(models)) {
  models_.push_back(std::move(last_resort));
}

std::vector<ListedModel> Catalogue::list() const {
  std::vector<ListedModel> listed;
  for (const auto& model : models_) listed.push_back({model->info(), model->available()});
  return listed;
}

Result<std::vector<Model*>> Catalogue::choose(Approach approach, std::int64_t context_tokens,
                                              std::optional<std::string_view> requested) const {
  std::vector<Fit> fits;
  for (std::size_t i = 0; i < models_.size(); ++i)
    fits.push_back(fit_of(*models_[i], i, approach, context_tokens));
  std::sort(fits.begin(), fits.end() - 1,
            [](const Fit& a, const Fit& b) { return a.key() < b.key(); });
  std::vector<Model*> chosen;
  for (const Fit& fit : fits) chosen.push_back(fit.model);
  if (!requested) return chosen;

  auto found = std::ranges::find_if(
      chosen, [&](Model* model) { return model->info().model_id == *requested; });
  if (found == chosen.end()) {
    std::vector<std::string> known;
    for (const auto& model : models_) known.push_back(model->info().model_id);
    return fail_field("/model", fmt::format("must be one of: {}", fmt::join(known, ", ")));
  }
  std::rotate(chosen.begin(), found, found + 1);
  return chosen;
}

}  // namespace walrus::llm
