// Generated from contract/steps.json by scripts/generate.py. Do not edit.
#pragma once

#include <array>
#include <string_view>

namespace walrus::status {

enum class Kind {
  kDocumentUpload,
  kWebCrawl,
  kChat,
  kExternal,  // a pipeline of somebody else's: the operation carries its own plan
};

// The steps of Walrus's own kinds. Those of an ExternalPlan count on from the last of them.
enum class Step : int {
  kValidating,
  kExtractingText,
  kChunkingText,
  kCreatingEmbeddings,
  kStoringMetadata,
  kFinished,
  kInitializing,
  kCrawling,
  kProcessingContent,
  kRetrievingContext,
  kSelectingModel,
  kGeneratingResponse,
  kStoringResponse,
};

inline constexpr int kNoPercent = -1;  // a chat has no percentage

struct PlannedStep {
  Kind kind;
  Step step;
  std::string_view name;
  int percent;               // on reaching the step, 0 to 100, or kNoPercent
  std::string_view message;  // {n} stands for the number of chunks
};

// Walrus's own kinds.
inline constexpr std::array<std::string_view, 3> kKindNames{
    "document_upload",
    "web_crawl",
    "chat",
};

inline constexpr std::array<std::string_view, 13> kStepNames{
    "validating",
    "extracting_text",
    "chunking_text",
    "creating_embeddings",
    "storing_metadata",
    "finished",
    "initializing",
    "crawling",
    "processing_content",
    "retrieving_context",
    "selecting_model",
    "generating_response",
    "storing_response",
};

// Every kind's plan, in order.
inline constexpr std::array<PlannedStep, 18> kPlannedSteps{{
    {Kind::kDocumentUpload, Step::kValidating, "validating", 10, "Validating file format and size..."},
    {Kind::kDocumentUpload, Step::kExtractingText, "extracting_text", 25, "Extracting text content..."},
    {Kind::kDocumentUpload, Step::kChunkingText, "chunking_text", 50, "Splitting into chunks..."},
    {Kind::kDocumentUpload, Step::kCreatingEmbeddings, "creating_embeddings", 75, "Creating embeddings for {n} chunks..."},
    {Kind::kDocumentUpload, Step::kStoringMetadata, "storing_metadata", 95, "Storing document metadata..."},
    {Kind::kDocumentUpload, Step::kFinished, "finished", 100, "Upload completed successfully"},
    {Kind::kWebCrawl, Step::kInitializing, "initializing", 10, "Initializing web crawler..."},
    {Kind::kWebCrawl, Step::kCrawling, "crawling", 25, "Crawling website pages..."},
    {Kind::kWebCrawl, Step::kProcessingContent, "processing_content", 50, "Processing crawled content..."},
    {Kind::kWebCrawl, Step::kCreatingEmbeddings, "creating_embeddings", 75, "Creating embeddings for {n} chunks..."},
    {Kind::kWebCrawl, Step::kStoringMetadata, "storing_metadata", 95, "Storing metadata..."},
    {Kind::kWebCrawl, Step::kFinished, "finished", 100, "Crawling completed"},
    {Kind::kChat, Step::kInitializing, "initializing", kNoPercent, "Starting chat processing..."},
    {Kind::kChat, Step::kRetrievingContext, "retrieving_context", kNoPercent, "Retrieving relevant context..."},
    {Kind::kChat, Step::kSelectingModel, "selecting_model", kNoPercent, "Selecting optimal LLM model..."},
    {Kind::kChat, Step::kGeneratingResponse, "generating_response", kNoPercent, "Generating response..."},
    {Kind::kChat, Step::kStoringResponse, "storing_response", kNoPercent, "Storing response..."},
    {Kind::kChat, Step::kFinished, "finished", kNoPercent, "Chat processing completed successfully"},
}};

}  // namespace walrus::status
