#ifndef REPLICASCOPE_CPROCESSOR_H
#define REPLICASCOPE_CPROCESSOR_H

// What processors can do and Swift cannot say.

#include <stddef.h>
#include <stdint.h>

/// CRC32C (Castagnoli) of bytes, continuing from `seed` (0 to begin): by the processor's own
/// instruction where it has one, else by table.
uint32_t crc32c(uint32_t seed, const void *bytes, size_t count);

/// The same by table, whatever the processor has: for tests.
uint32_t crc32c_by_table(uint32_t seed, const void *bytes, size_t count);

/// What ``checked_sums`` gives: CRC32C of the head and of the body.
struct checked_sums {
  uint32_t head;
  uint32_t body;
};

/// CRC32C of a head and of a body, side by side: neither waits for the other. `head_count` is a
/// multiple of 8; the body's begins with 0.
struct checked_sums checked_sums(
    const void *head, size_t head_count, uint32_t head_seed, const void *body, size_t body_count);

/// The same by table, whatever the processor has: for tests.
struct checked_sums checked_sums_by_table(
    const void *head, size_t head_count, uint32_t head_seed, const void *body, size_t body_count);

/// Asks for `count` bytes to be brought near the processor: they are written to soon. Never faults.
static inline void processor_prefetch(const void *bytes, size_t count) {
  for (size_t line = 0; line < count; line += 64)
    __builtin_prefetch((const char *)bytes + line, 1, 3);
}

/// Says that the thread looks again and again for what another one does.
static inline void processor_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#endif
