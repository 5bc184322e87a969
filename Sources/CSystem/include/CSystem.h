#ifndef CSYSTEM_H
#define CSYSTEM_H

#include <stdint.h>

/// The few calls of the system that Swift cannot make itself.

/// Hands `count` bytes of an open file, from `offset` on, to the device and waits until it has them;
/// no promise that they survive a loss of power. Returns 0, or -1 with errno set. Where the system
/// has no such call it does nothing.
int system_write_back(int file, int64_t offset, int64_t count);

#endif
