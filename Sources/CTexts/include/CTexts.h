#ifndef CTEXTS_H
#define CTEXTS_H

#include <stddef.h>

// The texts that are part of the program, so that one file is enough to bring it anywhere: the scripts
// in demo/ and the workshop's lessons, byte by byte as they stand there.

// How many scripts there are.
size_t texts_count(void);

// The name of one: its file's, without the ending.
const char *texts_name(size_t number);

// Its bytes, and how many they are.
const unsigned char *texts_bytes(size_t number);
size_t texts_size(size_t number);

// The same of lessons, in the order of the course.
size_t lessons_count(void);
const char *lessons_name(size_t number);
const unsigned char *lessons_bytes(size_t number);
size_t lessons_size(size_t number);

#endif
