#ifndef CSYSTEM_H
#define CSYSTEM_H

#include <stdint.h>

/// The few calls of the system that Swift cannot make itself.

/// Hands `count` bytes of an open file, from `offset` on, to the device and waits until it has them;
/// no promise that they survive a loss of power. Returns 0, or -1 with errno set. Where the system
/// has no such call it does nothing.
int system_write_back(int file, int64_t offset, int64_t count);

/// Writes `count` bytes to an open file at `offset`, and waits until they are durable, and whatever is
/// needed to find them again: pwrite and fdatasync of these bytes in one call. Returns how many were
/// written, or -1 with errno set: ENOSYS or EOPNOTSUPP where there is no such call, with nothing done.
int64_t system_write_through(int file, const void *bytes, int64_t count, int64_t offset);

#endif
