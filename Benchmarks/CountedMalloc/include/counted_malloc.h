#pragma once
#include <stdint.h>

/// How often this thread has asked for memory so far, with any of malloc's functions.
uint64_t counted_allocations(void);
