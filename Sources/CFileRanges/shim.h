// The C library declares fallocate(2) and sync_file_range(2) for GNU sources only, which Swift's view of it is not.
#include <linux/falloc.h>
#include <sys/types.h>
int fallocate(int descriptor, int mode, off_t offset, off_t length);

// As in linux/fs.h, which declares much else that is in other headers too.
#define SYNC_FILE_RANGE_WRITE 2
int sync_file_range(int descriptor, off_t offset, off_t length, unsigned flags);
