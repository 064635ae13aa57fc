// Planted: no target compiles it.
