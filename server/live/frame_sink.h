// Where a subscriber's bytes go. http/'s event stream is one behind an adapter in api/.
#pragma once

#include <memory>
#include <string>

namespace walrus::live {

using Frame = std::shared_ptr<const std::string>;

// Belongs to its loop's thread.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  // False: the reader is gone or too far behind; nothing more will be taken.
  virtual bool send(const Frame& frame) = 0;
  // Ends the stream properly after what was sent.
  virtual void finish() = 0;
  // Cuts a reader that is too far behind: it comes back and resumes.
  virtual void abort() = 0;
};

}  // namespace walrus::live
