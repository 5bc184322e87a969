#define _GNU_SOURCE
#include "CSystem.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/uio.h>

int system_write_back(int file, int64_t offset, int64_t count) {
#if defined(__linux__)
  return sync_file_range(
      file, offset, count, SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
#else
  return 0;
#endif
}

int64_t system_write_through(int file, const void *bytes, int64_t count, int64_t offset) {
#if defined(RWF_DSYNC)
  struct iovec part = {.iov_base = (void *)bytes, .iov_len = (size_t)count};
  return pwritev2(file, &part, 1, offset, RWF_DSYNC);
#else
  errno = ENOSYS;
  return -1;
#endif
}
