#include "CTexts.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

// A test holds this list against the folder.
static const unsigned char lesson_01_one_copy[] = {
#embed "../Workshop/Lessons/01-one-copy.lesson"
};
static const unsigned char lesson_02_read_scaling[] = {
#embed "../Workshop/Lessons/02-read-scaling.lesson"
};
static const unsigned char lesson_03_the_log[] = {
#embed "../Workshop/Lessons/03-the-log.lesson"
};
static const unsigned char lesson_04_vanishing_comment[] = {
#embed "../Workshop/Lessons/04-vanishing-comment.lesson"
};
static const unsigned char lesson_05_when_to_answer[] = {
#embed "../Workshop/Lessons/05-when-to-answer.lesson"
};
static const unsigned char lesson_06_semi_sync[] = {
#embed "../Workshop/Lessons/06-semi-sync.lesson"
};
static const unsigned char lesson_07_slow_somewhere[] = {
#embed "../Workshop/Lessons/07-slow-somewhere.lesson"
};
static const unsigned char lesson_08_heartbeat[] = {
#embed "../Workshop/Lessons/08-heartbeat.lesson"
};
static const unsigned char lesson_09_lost_writes[] = {
#embed "../Workshop/Lessons/09-lost-writes.lesson"
};
static const unsigned char lesson_10_most_up_to_date[] = {
#embed "../Workshop/Lessons/10-most-up-to-date.lesson"
};
static const unsigned char lesson_11_two_leaders[] = {
#embed "../Workshop/Lessons/11-two-leaders.lesson"
};
static const unsigned char lesson_12_the_fork[] = {
#embed "../Workshop/Lessons/12-the-fork.lesson"
};
static const unsigned char lesson_13_one_way[] = {
#embed "../Workshop/Lessons/13-one-way.lesson"
};
static const unsigned char lesson_14_too_early[] = {
#embed "../Workshop/Lessons/14-too-early.lesson"
};
static const unsigned char lesson_15_two_writers[] = {
#embed "../Workshop/Lessons/15-two-writers.lesson"
};
static const unsigned char lesson_16_skewed_clock[] = {
#embed "../Workshop/Lessons/16-skewed-clock.lesson"
};
static const unsigned char lesson_17_merge[] = {
#embed "../Workshop/Lessons/17-merge.lesson"
};
static const unsigned char lesson_18_keep_both[] = {
#embed "../Workshop/Lessons/18-keep-both.lesson"
};
static const unsigned char lesson_19_broken_ring[] = {
#embed "../Workshop/Lessons/19-broken-ring.lesson"
};
static const unsigned char lesson_20_whose_clock[] = {
#embed "../Workshop/Lessons/20-whose-clock.lesson"
};
static const unsigned char lesson_21_quorum[] = {
#embed "../Workshop/Lessons/21-quorum.lesson"
};
static const unsigned char lesson_22_one_plus_one[] = {
#embed "../Workshop/Lessons/22-one-plus-one.lesson"
};
static const unsigned char lesson_23_repair[] = {
#embed "../Workshop/Lessons/23-repair.lesson"
};
static const unsigned char lesson_24_hinted_handoff[] = {
#embed "../Workshop/Lessons/24-hinted-handoff.lesson"
};
static const unsigned char lesson_25_the_dead_rise[] = {
#embed "../Workshop/Lessons/25-the-dead-rise.lesson"
};
static const unsigned char lesson_26_choose_n_r_w[] = {
#embed "../Workshop/Lessons/26-choose-n-r-w.lesson"
};
static const unsigned char lesson_27_read_your_own[] = {
#embed "../Workshop/Lessons/27-read-your-own.lesson"
};
static const unsigned char lesson_28_linearizable[] = {
#embed "../Workshop/Lessons/28-linearizable.lesson"
};
static const unsigned char lesson_29_final[] = {
#embed "../Workshop/Lessons/29-final.lesson"
};

#define TEXT(name, bytes) {name, bytes, sizeof bytes}

static const struct {
  const char *name;
  const unsigned char *bytes;
  size_t size;
} lessons[] = {
    TEXT("01-one-copy", lesson_01_one_copy),
    TEXT("02-read-scaling", lesson_02_read_scaling),
    TEXT("03-the-log", lesson_03_the_log),
    TEXT("04-vanishing-comment", lesson_04_vanishing_comment),
    TEXT("05-when-to-answer", lesson_05_when_to_answer),
    TEXT("06-semi-sync", lesson_06_semi_sync),
    TEXT("07-slow-somewhere", lesson_07_slow_somewhere),
    TEXT("08-heartbeat", lesson_08_heartbeat),
    TEXT("09-lost-writes", lesson_09_lost_writes),
    TEXT("10-most-up-to-date", lesson_10_most_up_to_date),
    TEXT("11-two-leaders", lesson_11_two_leaders),
    TEXT("12-the-fork", lesson_12_the_fork),
    TEXT("13-one-way", lesson_13_one_way),
    TEXT("14-too-early", lesson_14_too_early),
    TEXT("15-two-writers", lesson_15_two_writers),
    TEXT("16-skewed-clock", lesson_16_skewed_clock),
    TEXT("17-merge", lesson_17_merge),
    TEXT("18-keep-both", lesson_18_keep_both),
    TEXT("19-broken-ring", lesson_19_broken_ring),
    TEXT("20-whose-clock", lesson_20_whose_clock),
    TEXT("21-quorum", lesson_21_quorum),
    TEXT("22-one-plus-one", lesson_22_one_plus_one),
    TEXT("23-repair", lesson_23_repair),
    TEXT("24-hinted-handoff", lesson_24_hinted_handoff),
    TEXT("25-the-dead-rise", lesson_25_the_dead_rise),
    TEXT("26-choose-n-r-w", lesson_26_choose_n_r_w),
    TEXT("27-read-your-own", lesson_27_read_your_own),
    TEXT("28-linearizable", lesson_28_linearizable),
    TEXT("29-final", lesson_29_final),
};

size_t lessons_count(void) { return sizeof lessons / sizeof *lessons; }
const char *lessons_name(size_t number) { return lessons[number].name; }
const unsigned char *lessons_bytes(size_t number) { return lessons[number].bytes; }
size_t lessons_size(size_t number) { return lessons[number].size; }
