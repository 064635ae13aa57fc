// A chat turn, step by step.
#pragma once

#include "jobs/job.h"
#include "llm/catalogue.h"
#include "pipelines/retrieval.h"
#include "store/store.h"

namespace walrus::pipelines {

struct ChatParts {
  store::Store& store;
  Retriever& retriever;
  llm::Catalogue& catalogue;
  const Log& log;
};

// A chat operation's input, as it lies in the store.
struct ChatInput {
  std::string query;
  std::string session_id;
  int retrieval_k = 8;
  RetrievalFilter filter;
  std::string model;      // empty: chosen
  std::int64_t turn = 1;  // number of the question's message in the conversation
};
json::object to_json(const ChatInput& input);
ChatInput chat_input_from(const json::object& input);

// Bound to Kind::kChat. Thread-safe.
class ChatPipeline {
 public:
  explicit ChatPipeline(ChatParts parts) : parts_(parts) {}

  Task<Result<void>> run(jobs::Job job);
  Task<Result<std::shared_ptr<const status::Writes>>> failure_writes(store::OperationRecord record,
                                                                     Error error);

 private:
  struct Turn;  // what one run has made so far
  Task<Result<void>> retrieve_context(Turn& turn);
  Task<Result<void>> select_model(Turn& turn);
  Task<Result<void>> generate_response(Turn& turn);
  Task<Result<void>> finish(Turn& turn);
  Task<Result<std::vector<llm::Turn>>> history_before(const Turn& turn);

  ChatParts parts_;
};

}  // namespace walrus::pipelines
