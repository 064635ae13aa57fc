// A prompt as chat messages that fit a model's window.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "llm/model.h"

namespace walrus::llm {

// Tokens of a text in the model's own encoding, never more than its bytes. Thread-safe.
using CountTokens = std::function<std::size_t(std::string_view)>;

// What a chat format spends on a message beside its content, and to begin the reply (OpenAI's
// published counts for cl100k models, rounded up).
constexpr std::int64_t kTokensPerMessage = 5;
constexpr std::int64_t kTokensOfReply = 3;

struct ChatMessage {
  std::string role;  // "system" | "user" | "assistant"
  std::string content;
};

struct BuiltPrompt {
  std::vector<ChatMessage> messages;
  std::int64_t answer_tokens = 0;  // left for the answer: what was asked for, or half the window
};

// A tag nobody who wrote a document can know: 32 hexadecimal digits from the kernel.
std::string random_fence();

// Text of sources is data: each stands between lines with `fence`, which is taken out of the text
// itself, and the system message says what that means. It is left unchanged but for that.
//
// What does not fit goes in this order: the oldest turns of the history, the lowest-ranked sources
// (so [n] stays what it was), and the end of the only source left. model_unavailable when not even
// the query fits. Nothing is counted where even the bytes fit: counting is the dearest part of it.
Result<BuiltPrompt> build_prompt(const Prompt& prompt, std::int64_t context_length,
                                 const CountTokens& count_tokens, std::string_view fence);

}  // namespace walrus::llm
