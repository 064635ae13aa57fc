#include "pipelines/crawl.h"

#include <algorithm>
#include <limits>

#include "pipelines/crawl_work.h"
#include "pipelines/indexing.h"

namespace walrus::pipelines {

using status::Step;

namespace {

crawl::FrontierLimits limits_of(const CrawlInput& input) {
  constexpr int kKnownForEachPage = 20;
  constexpr int kLeastKnown = 1'000;
  constexpr int kMostKnown = 100'000;
  constexpr int kLeastOfShape = 500;
  return {.max_depth = input.max_depth,
          .max_pages = input.max_pages,
          .most_known = std::clamp(input.max_pages * kKnownForEachPage, kLeastKnown, kMostKnown),
          .most_of_shape = std::max(kLeastOfShape, input.max_pages / 2)};
}

crawl::Frontier frontier_of(const CrawlInput& input, const net::Url& root) {
  auto tracking = input.drop_tracking ? crawl::Tracking::kDropped : crawl::Tracking::kKept;
  return {root, {input.include, input.exclude}, limits_of(input), tracking};
}

int counted_before(const status::State& state, std::string_view counter) {
  return static_cast<int>(find_integer(state.metadata, counter).value_or(0));
}

Task<void> until_idle(TaskGroup& tasks) {
  auto wait = [&tasks](Completion<bool> done) {
    tasks.when_idle([done = std::move(done)]() mutable { done(true); });
  };
  co_await wait_for_callback<bool>(wait);
}

// Waiting for a site may take longer than a step may show no sign of life; it ends by limits of its
// own.
constexpr std::chrono::seconds kSignOfLife{20};

// Ticks until it goes.
class SignsOfLife {
 public:
  SignsOfLife(Loop& home, std::function<void()> give) : home_(home), give_(std::move(give)) {
    arm();
  }
  SignsOfLife(const SignsOfLife&) = delete;
  ~SignsOfLife() { home_.cancel(timer_); }

 private:
  void arm() {
    timer_ = home_.after(kSignOfLife, [this] {
      give_();
      arm();
    });
  }
  Loop& home_;
  const std::function<void()> give_;
  TimerId timer_ = 0;
};

}  // namespace

Task<Result<void>> CrawlPipeline::run(jobs::Job job) {
  const status::Operation& operation = job.tracker->state().operation;
  CrawlInput input = crawl_input_from(job.record->input);
  auto root = crawl::parse_root(input.url);
  if (!root) co_return std::unexpected(root.error());
  Loop& home = co_await home_loop();
  Work* parts_threw_in = nullptr;
  auto on_throw = [&parts_threw_in](std::exception_ptr) {
    parts_threw_in->fail({ErrorCode::kInternal,
                          "Something went wrong inside the server. Try again.",
                          "a part of a crawl threw"});
  };
  Work work{.job = job,
            .tracker = *job.tracker,
            .operation_id = operation.id,
            .owner = operation.owner,
            .document_id = operation.document_id,
            .input = input,
            .root = *root,
            .began = job.tracker->state().started_at,
            .frontier = frontier_of(input, *root),
            .reader = std::make_unique<SiteReader>(parts_.extractor, parts_.blobs, home.clock()),
            .answered_at = home.clock().monotonic(),
            .total = counted_before(job.tracker->state(), "pages_total"),
            .embedder = parts_.embedder.identity(),
            .tasks = TaskGroup(home, on_throw)};
  parts_threw_in = &work;
  auto stop = [source = work.stop, &home, bell = work.bell]() mutable {
    source.request_stop();
    home.post([bell] { bell->ring(); });
  };
  std::stop_callback stopper(job.stop, stop);
  SignsOfLife signs(home, [&work] {
    if (work.waiting_outside > 0) work.counter->touch();
  });
  Result<void> done = co_await run_steps(work);
  if (!done) work.fail(done.error());
  co_await until_idle(work.tasks);
  if (!done && work.in_index) {
    co_await forget_version(parts_.index, parts_.workers, parts_.log, work.document_id,
                            work.input.version);
  }
  co_return done;
}

Task<Result<void>> CrawlPipeline::run_steps(Work& work) {
  auto steps = {std::pair(Step::kInitializing, &CrawlPipeline::initialize),
                std::pair(Step::kCrawling, &CrawlPipeline::crawl),
                std::pair(Step::kProcessingContent, &CrawlPipeline::process_content),
                std::pair(Step::kCreatingEmbeddings, &CrawlPipeline::create_embeddings),
                std::pair(Step::kStoringMetadata, &CrawlPipeline::store_metadata)};
  for (auto [step, body] : steps) {
    Result<void> reached = co_await work.tracker.reach(step);
    if (!reached) co_return reached;
    work.counter = work.tracker.count_work();
    Result<void> done = co_await (this->*body)(work);
    if (!done) co_return done;
    if (work.error) co_return std::unexpected(*work.error);
    if (work.stopped()) co_return fail(ErrorCode::kCancelled, "The work was stopped.");
  }
  co_return co_await finish(work);
}

// --- initializing

Task<Result<void>> CrawlPipeline::initialize(Work& work) {
  auto document = co_await parts_.store.document(work.owner, work.document_id);
  if (!document) co_return std::unexpected(document.error());
  if (!*document) co_return fail(ErrorCode::kCancelled, "The document was deleted.");
  bool asks = work.input.pages_of == 0;
  Result<void> ready = asks ? co_await look_at_robots(work) : co_await take_over_pages(work);
  if (!ready) co_return ready;
  Result<void> taken = co_await take_up(work);
  if (!taken) co_return taken;
  bool goes_on = work.crawled > 0 || work.frontier.waiting() > 0;
  Result<void> begun = goes_on ? co_await take_up_content(work) : co_await begin_at_root(work);
  work.show();  // with the step that begins next
  co_return begun;
}

Task<Result<void>> CrawlPipeline::look_at_robots(Work& work) {
  ++work.waiting_outside;
  auto robots = co_await parts_.robots.of(work.root, work.stop.get_token());
  --work.waiting_outside;
  if (!robots) co_return std::unexpected(robots.error());
  work.robots = std::move(*robots);
  using Kind = crawl::RobotsAnswer::Kind;
  if (work.robots.kind == Kind::kDisallowAll) {
    co_return fail(work.robots.unreachable ? ErrorCode::kFetchFailed : ErrorCode::kRobotsDenied,
                   work.robots.why);
  }
  if (work.robots.kind == Kind::kAllowAll) co_return Result<void>();
  crawl::RobotsVerdict verdict = work.robots.robots->check(work.root.href());
  if (!verdict.allowed) {
    co_return fail(ErrorCode::kRobotsDenied, "The site's robots.txt forbids this page (line " +
                                                 std::to_string(verdict.line) + ": " +
                                                 verdict.rule + ").");
  }
  co_return Result<void>();
}

// What an earlier run knew.
Task<Result<void>> CrawlPipeline::take_up(Work& work) {
  store::Page page{.limit = 500, .after = {}};
  do {
    auto known = co_await parts_.store.pages(work.document_id, work.input.version, page);
    if (!known) co_return std::unexpected(known.error());
    for (store::PageRecord& record : known->records) work.take_up(std::move(record));
    page.after = known->next;
  } while (!page.after.empty());
  co_return Result<void>();
}

// What of the earlier run's content is cut and embedded; the rest is done again.
Task<Result<void>> CrawlPipeline::take_up_content(Work& work) {
  auto stored = co_await parts_.store.windows(work.document_id, work.input.version, 0, 1);
  if (!stored) co_return std::unexpected(stored.error());
  auto windows = co_await parts_.store.window_count(work.document_id, work.input.version);
  if (!windows) co_return std::unexpected(windows.error());
  const json::string* embedder = find_string(work.job.record->checkpoint, "embedder");
  bool ours = embedder && view(*embedder) == parts_.embedder.identity();
  if (*windows > 0 && !ours) co_return co_await cut_all_anew(work);
  work.embedded = *windows;
  work.dimensions = stored->dimensions;
  // Those that are cut come first, in the order of their chunks.
  std::ranges::sort(work.to_chunk, {}, [](const store::PageRecord& page) {
    return std::pair(page.chunked ? page.first_chunk : std::numeric_limits<int>::max(),
                     page.number);
  });
  for (const store::PageRecord& page : work.to_chunk) {
    if (page.chunked) work.count_cut(page);
  }
  co_return Result<void>();
}

// Vectors of another embedder are of no use beside ours.
Task<Result<void>> CrawlPipeline::cut_all_anew(Work& work) {
  for (store::PageRecord& page : work.to_chunk) {
    if (page.chunk_count > 0) page.chunked = false;  // else it has no text
  }
  store::WriteBatch batch;
  batch.mutations.push_back(store::DeleteVersion{work.document_id, work.input.version});
  batch.mutations.push_back(store::PutPages{{work.to_chunk.begin(), work.to_chunk.end()}});
  co_return co_await parts_.store.commit(std::move(batch));
}

// A crawl of which nothing came, or that is new.
Task<Result<void>> CrawlPipeline::begin_at_root(Work& work) {
  work.frontier = frontier_of(work.input, work.root);
  work.failed = work.skipped = 0;
  auto root = work.frontier.offer(work.root, 1);
  if (!root->skipped.empty()) {
    co_return fail(ErrorCode::kFetchFailed,
                   "The crawl leaves its own first page out: " + root->skipped + ".");
  }
  std::vector<store::PageRecord> pages{work.record_of(*root)};
  if (work.input.sitemap) {
    std::ranges::move(co_await pages_of_sitemaps(work), std::back_inserter(pages));
  }
  store::WriteBatch batch;
  batch.mutations.push_back(store::DeletePages{work.document_id, work.input.version});
  batch.mutations.push_back(store::PutPages{pages});
  Result<void> begun = co_await parts_.store.commit(std::move(batch));
  if (!begun) co_return begun;
  for (const store::PageRecord& page : pages) work.count(page);
  co_return begun;
}

// --- crawling

Task<Result<void>> CrawlPipeline::crawl(Work& work) {
  work.tasks.start(chunk_pages(work));
  work.tasks.start(embed_windows(work));
  co_await fetch_pages(work);
  work.fetched = true;
  work.bell->ring();
  if (work.stopped()) co_return Result<void>();  // whoever asked says why
  Result<void> left = co_await skip_the_rest(work);
  if (!left) co_return left;
  if (work.crawled > 0) co_return Result<void>();
  if (work.root_error) co_return std::unexpected(*work.root_error);
  co_return fail(ErrorCode::kFetchFailed, "None of the site's pages could be read.");
}

// --- processing_content, creating_embeddings: the rest of what has run beside

Task<Result<void>> CrawlPipeline::process_content(Work& work) {
  while (!work.chunked && !work.stopped()) {
    work.show();
    co_await work.bell->next_ring();
  }
  if (work.stopped()) co_return Result<void>();
  work.show();  // what was cut since counts for the next step's words
  if (work.chunks == 0) {
    co_return fail(ErrorCode::kEmptyDocument,
                   "No text was found on the site's pages. If they are drawn by scripts, "
                   "there is nothing to read without them.");
  }
  work.tracker.expect_work(Step::kCreatingEmbeddings, work.windows - work.embedded);
  work.tracker.expect_work(Step::kStoringMetadata, work.chunks);
  co_return Result<void>();
}

Task<Result<void>> CrawlPipeline::create_embeddings(Work& work) {
  while (work.embedded < work.windows && !work.stopped()) {
    work.show();
    co_await work.bell->next_ring();
  }
  if (!work.stopped()) work.tracker.set_counter("chunks_embedded", work.chunks);
  co_return Result<void>();
}

// --- storing_metadata

Task<Result<void>> CrawlPipeline::store_metadata(Work& work) {
  auto document = co_await parts_.store.document(work.owner, work.document_id);
  if (!document) co_return std::unexpected(document.error());
  if (!*document) co_return fail(ErrorCode::kCancelled, "The document was deleted.");
  store::DocumentRecord indexed = std::move(**document);
  indexed.language = work.language();
  indexed.embedder = parts_.embedder.identity();
  indexed.chunk_count = work.chunks;
  work.in_index = true;
  auto show = [&work](std::int64_t done) {
    work.counter->set(static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(work.chunks));
  };
  co_return co_await index_version(parts_.store, parts_.index, parts_.workers, std::move(indexed),
                                   work.input.version, work.stop.get_token(), show);
}

// --- finished

Task<Result<void>> CrawlPipeline::finish(Work& work) {
  auto latest = co_await parts_.store.document(work.owner, work.document_id);
  if (!latest) co_return std::unexpected(latest.error());
  if (!*latest) co_return fail(ErrorCode::kCancelled, "The document was deleted.");
  store::DocumentRecord before = **latest;
  store::DocumentRecord document = std::move(**latest);
  Loop& home = co_await home_loop();
  TimePoint now = home.clock().now();
  document.content_status = "success";
  document.active_version = work.input.version;
  document.chunk_count = work.chunks;
  document.total_tokens = work.tokens;
  document.crawl_pages = work.crawled;
  document.title = work.title;
  document.language = work.language();
  document.embedder = parts_.embedder.identity();
  document.updated_at = now;
  document.processing_time_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now - work.began).count();

  auto writes = std::make_shared<store::WriteBatch>();
  writes->mutations.push_back(store::PutDocument{std::move(document)});
  status::Ending ending;
  ending.with = std::move(writes);
  ending.before_visible = [this, &work] {
    return show_version(parts_.index, parts_.workers, parts_.log, work.owner, work.document_id,
                        work.input.version);
  };
  Result<void> ended = co_await work.tracker.finish(std::move(ending));
  if (ended) co_await remove_replaced(std::move(before), work.input.version);
  co_return ended;
}

// The version that served until now, and what failed since.
Task<void> CrawlPipeline::remove_replaced(store::DocumentRecord before, int version) {
  if (before.active_version == 0 || before.active_version == version) co_return;
  store::WriteBatch batch;
  for (int old = before.active_version; old < version; ++old) {
    batch.mutations.push_back(store::DeleteVersion{before.id, old});
    batch.mutations.push_back(store::DeletePages{before.id, old});
  }
  (void)co_await parts_.store.commit(std::move(batch));
}

// --- failed

// Everything stays for a retry; reconcile.h says how long. Nobody reads a version that is not
// active.
Task<Result<std::shared_ptr<const status::Writes>>> CrawlPipeline::failure_writes(
    store::OperationRecord record, Error) {
  auto writes = std::make_shared<store::WriteBatch>();
  const status::Operation& operation = record.state.operation;
  auto document = co_await parts_.store.document(operation.owner, operation.document_id);
  if (!document) co_return std::unexpected(document.error());
  bool serves = *document && (*document)->active_version > 0;
  if (!*document || serves) co_return writes;
  store::DocumentRecord failed = std::move(**document);
  failed.content_status = "failed";
  writes->mutations.push_back(store::PutDocument{std::move(failed)});
  co_return writes;
}

}  // namespace walrus::pipelines
