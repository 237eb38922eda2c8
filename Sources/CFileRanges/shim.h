// The C library declares fallocate(2), sync_file_range(2) and preadv2(2) for GNU sources only, which Swift's view of it is
// not.
#include <linux/falloc.h>
#include <sys/types.h>
#include <sys/uio.h>
int fallocate(int descriptor, int mode, off_t offset, off_t length);

// As in linux/fs.h, which declares much else that is in other headers too.
#define SYNC_FILE_RANGE_WRITE 2
#define RWF_NOWAIT 8
int sync_file_range(int descriptor, off_t offset, off_t length, unsigned flags);
ssize_t preadv2(int descriptor, const struct iovec *parts, int count, off_t offset, int flags);
