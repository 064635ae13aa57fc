// Planted: nobody includes app/.
#include "app/a.h"
