#include "CTexts.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

// A test holds this list against the folder.
static const unsigned char failover[] = {
#embed "../../demo/failover.scope"
};

#define TEXT(name, bytes) {name, bytes, sizeof bytes}

static const struct {
  const char *name;
  const unsigned char *bytes;
  size_t size;
} texts[] = {
    TEXT("failover", failover),
};

size_t texts_count(void) { return sizeof texts / sizeof *texts; }
const char *texts_name(size_t number) { return texts[number].name; }
const unsigned char *texts_bytes(size_t number) { return texts[number].bytes; }
size_t texts_size(size_t number) { return texts[number].size; }
