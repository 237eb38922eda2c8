// The C library declares these for GNU sources only, which Swift's view of it is not.
#include <spawn.h>
int pipe2(int ends[2], int flags);
int dup3(int from, int to, int flags);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);
