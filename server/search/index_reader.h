// A query's way through the index file. Part of its caller's transaction, which makes everything it
// reads one moment's.
#pragma once

#include <vector>

#include "search/index.h"
#include "search/keyword_index.h"
#include "search/sqlite_connection.h"

namespace walrus::search {

std::vector<Hit> run_query(Connection& connection, DocumentFrequencies& frequencies,
                           const SearchIndex::Options& options, const Query& query,
                           QueryCost& cost);

std::vector<SearchIndex::Version> list_versions(Connection& connection);

}  // namespace walrus::search
