#include "CProcessor.h"
#include <string.h>

// One byte at a time, from a table made at first use; every thread that makes it makes the same.
static uint32_t table[256];
static volatile int table_is_made = 0;

static void make_table(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t word = byte;
    for (int bit = 0; bit < 8; bit++) word = word & 1 ? word >> 1 ^ 0x82F63B78u : word >> 1;
    table[byte] = word;
  }
  __sync_synchronize();
  table_is_made = 1;
}

uint32_t crc32c_by_table(uint32_t seed, const void *bytes, size_t count) {
  if (!table_is_made) make_table();
  const uint8_t *next = bytes;
  uint32_t word = ~seed;
  while (count--) word = table[(word ^ *next++) & 0xFF] ^ word >> 8;
  return ~word;
}

static inline uint64_t word_at(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, 8);
  return word;
}

struct checked_sums checked_sums_by_table(
    const void *head, size_t head_count, uint32_t head_seed, const void *body, size_t body_count) {
  return (struct checked_sums){
      crc32c_by_table(head_seed, head, head_count), crc32c_by_table(0, body, body_count)};
}

// One pass, with the processor's instruction for 8 bytes (`STEP`) and for one (`STEP_BYTE`).
#define CHECKED_SUMS(WORD, STEP, STEP_BYTE)                                                   \
  const uint8_t *first = head, *next = body;                                                  \
  WORD head_word = (uint32_t)~head_seed, body_word = 0xFFFFFFFFu;                             \
  for (; head_count >= 8 && body_count >= 8; head_count -= 8, body_count -= 8) {              \
    head_word = STEP(head_word, word_at(first));                                              \
    body_word = STEP(body_word, word_at(next));                                               \
    first += 8, next += 8;                                                                    \
  }                                                                                           \
  for (; head_count >= 8; first += 8, head_count -= 8)                                        \
    head_word = STEP(head_word, word_at(first));                                              \
  for (; body_count >= 8; next += 8, body_count -= 8)                                         \
    body_word = STEP(body_word, word_at(next));                                               \
  while (body_count--) body_word = STEP_BYTE((uint32_t)body_word, *next++);                   \
  return (struct checked_sums){~(uint32_t)head_word, ~(uint32_t)body_word};

#if defined(__x86_64__)
#include <nmmintrin.h>

__attribute__((target("sse4.2")))
static struct checked_sums sums_by_instruction(
    const void *head, size_t head_count, uint32_t head_seed, const void *body, size_t body_count) {
  CHECKED_SUMS(uint64_t, _mm_crc32_u64, _mm_crc32_u8)
}

__attribute__((target("sse4.2")))
static uint32_t by_instruction(uint32_t seed, const void *bytes, size_t count) {
  const uint8_t *next = bytes;
  uint64_t word = (uint32_t)~seed;
  while (count >= 8) {
    uint64_t group;
    memcpy(&group, next, 8);
    word = _mm_crc32_u64(word, group);
    next += 8;
    count -= 8;
  }
  while (count--) word = _mm_crc32_u8((uint32_t)word, *next++);
  return ~(uint32_t)word;
}

static int has_instruction(void) { return __builtin_cpu_supports("sse4.2"); }

#elif defined(__aarch64__) && defined(__linux__)
#include <arm_acle.h>
#include <asm/hwcap.h>
#include <sys/auxv.h>

__attribute__((target("+crc")))
static struct checked_sums sums_by_instruction(
    const void *head, size_t head_count, uint32_t head_seed, const void *body, size_t body_count) {
  CHECKED_SUMS(uint32_t, __crc32cd, __crc32cb)
}

__attribute__((target("+crc")))
static uint32_t by_instruction(uint32_t seed, const void *bytes, size_t count) {
  const uint8_t *next = bytes;
  uint32_t word = ~seed;
  while (count >= 8) {
    uint64_t group;
    memcpy(&group, next, 8);
    word = __crc32cd(word, group);
    next += 8;
    count -= 8;
  }
  while (count--) word = __crc32cb(word, *next++);
  return ~word;
}

static int has_instruction(void) { return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0; }

#else
static uint32_t by_instruction(uint32_t seed, const void *bytes, size_t count) {
  return crc32c_by_table(seed, bytes, count);
}
static struct checked_sums sums_by_instruction(
    const void *head, size_t head_count, uint32_t head_seed, const void *body, size_t body_count) {
  return checked_sums_by_table(head, head_count, head_seed, body, body_count);
}
static int has_instruction(void) { return 0; }
#endif

static int known = -1;

static inline int is_known(void) {
  if (known < 0) known = has_instruction();
  return known;
}

uint32_t crc32c(uint32_t seed, const void *bytes, size_t count) {
  return is_known() ? by_instruction(seed, bytes, count) : crc32c_by_table(seed, bytes, count);
}

struct checked_sums checked_sums(
    const void *head, size_t head_count, uint32_t head_seed, const void *body, size_t body_count) {
  return is_known()
             ? sums_by_instruction(head, head_count, head_seed, body, body_count)
             : checked_sums_by_table(head, head_count, head_seed, body, body_count);
}
