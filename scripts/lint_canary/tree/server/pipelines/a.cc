// Planted: a pipeline may not choose a store.
#include "store/sqlite/a.h"
