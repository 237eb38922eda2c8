#include <malloc.h>

// The linker knows where the program's code begins and ends; both names are its own (ld(1), "etext").
static inline const void *weir_code_start(void) {
  extern const char __executable_start;
  return &__executable_start;
}

static inline const void *weir_code_end(void) {
  extern const char etext;
  return &etext;
}
