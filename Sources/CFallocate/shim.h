// The C library declares fallocate(2) for GNU sources only, which Swift's view of it is not.
#include <linux/falloc.h>
#include <sys/types.h>
int fallocate(int descriptor, int mode, off_t offset, off_t length);
