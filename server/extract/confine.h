// What the helper process gives up before it looks at a hostile file. None of it can be taken back.
#pragma once

#include <string>

#include "base/error.h"
#include "extract/limits.h"

namespace walrus::extract {

// The only programs that may ever be started, by exactly these addresses: the filter compares the
// pointer, which a taken-over program cannot forge without knowing this process's layout.
extern const char kPdfInfo[];
extern const char kPdfToText[];

enum class Filter {
  kReader,   // reads its descriptors, computes, writes its output; nothing else
  kPdfHost,  // besides starts kPdfInfo and kPdfToText, and waits for them
  kPdfInfo,  // installed by the child of the host just before it becomes that program
  kPdfToText,
};

// Resource limits, no new privileges, death with the parent, and another user where this one is
// root.
Result<> confine_process(const ExtractLimits& limits);

// False where the machine does not do seccomp.
bool install_filter(Filter filter);

// Tries to break out in every way that should be refused, in children of its own.
struct SelfTest;
SelfTest run_self_test();

}  // namespace walrus::extract
