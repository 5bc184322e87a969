#ifndef REPLICASCOPE_CCHECKSUMS_H
#define REPLICASCOPE_CCHECKSUMS_H

#include <stddef.h>
#include <stdint.h>

/// CRC32C (Castagnoli) of bytes, continuing from `seed` (0 to begin): by the processor's own
/// instruction where it has one, else by table.
uint32_t crc32c(uint32_t seed, const void *bytes, size_t count);

/// The same by table, whatever the processor has: for tests.
uint32_t crc32c_by_table(uint32_t seed, const void *bytes, size_t count);

#endif
