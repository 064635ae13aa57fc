// Planted: the heart may use base/ alone.
#include "base/a.h"
#include "store/store.h"
