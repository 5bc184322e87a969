#define _GNU_SOURCE
#include "CSystem.h"
#include <fcntl.h>

int system_write_back(int file, int64_t offset, int64_t count) {
#if defined(__linux__)
  return sync_file_range(
      file, offset, count, SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
#else
  return 0;
#endif
}
