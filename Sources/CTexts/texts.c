#include "CTexts.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

// A test holds this list against the folder.
static const unsigned char anti_entropy[] = {
#embed "../../demo/anti-entropy.scope"
};
static const unsigned char async_or_sync[] = {
#embed "../../demo/async-or-sync.scope"
};
static const unsigned char cassandra_clock_and_fsync[] = {
#embed "../../demo/cassandra-clock-and-fsync.scope"
};
static const unsigned char clock_skew[] = {
#embed "../../demo/clock-skew.scope"
};
static const unsigned char counters_that_merge[] = {
#embed "../../demo/counters-that-merge.scope"
};
static const unsigned char degraded[] = {
#embed "../../demo/degraded.scope"
};
static const unsigned char dynamo_cart[] = {
#embed "../../demo/dynamo-cart.scope"
};
static const unsigned char failover[] = {
#embed "../../demo/failover.scope"
};
static const unsigned char fencing[] = {
#embed "../../demo/fencing.scope"
};
static const unsigned char heartbeat_timeout[] = {
#embed "../../demo/heartbeat-timeout.scope"
};
static const unsigned char hinted_handoff[] = {
#embed "../../demo/hinted-handoff.scope"
};
static const unsigned char keep_both[] = {
#embed "../../demo/keep-both.scope"
};
static const unsigned char latency_of_sites[] = {
#embed "../../demo/latency-of-sites.scope"
};
static const unsigned char mongodb_rolls_back[] = {
#embed "../../demo/mongodb-rolls-back.scope"
};
static const unsigned char most_up_to_date[] = {
#embed "../../demo/most-up-to-date.scope"
};
static const unsigned char mysql_degrades[] = {
#embed "../../demo/mysql-degrades.scope"
};
static const unsigned char nearest_region[] = {
#embed "../../demo/nearest-region.scope"
};
static const unsigned char one_plus_one[] = {
#embed "../../demo/one-plus-one.scope"
};
static const unsigned char one_seat[] = {
#embed "../../demo/one-seat.scope"
};
static const unsigned char postgres_waits[] = {
#embed "../../demo/postgres-waits.scope"
};
static const unsigned char quorum_reads[] = {
#embed "../../demo/quorum-reads.scope"
};
static const unsigned char read_repair[] = {
#embed "../../demo/read-repair.scope"
};
static const unsigned char read_scaling[] = {
#embed "../../demo/read-scaling.scope"
};
static const unsigned char rejoin[] = {
#embed "../../demo/rejoin.scope"
};
static const unsigned char riak_siblings[] = {
#embed "../../demo/riak-siblings.scope"
};
static const unsigned char ring_cut_in_two[] = {
#embed "../../demo/ring-cut-in-two.scope"
};
static const unsigned char rule_by_prefix[] = {
#embed "../../demo/rule-by-prefix.scope"
};
static const unsigned char siblings_in_the_cart[] = {
#embed "../../demo/siblings-in-the-cart.scope"
};
static const unsigned char sloppy_quorum[] = {
#embed "../../demo/sloppy-quorum.scope"
};
static const unsigned char split_brain[] = {
#embed "../../demo/split-brain.scope"
};
static const unsigned char standby_cut_off[] = {
#embed "../../demo/standby-cut-off.scope"
};
static const unsigned char stubborn_clients[] = {
#embed "../../demo/stubborn-clients.scope"
};
static const unsigned char switchover[] = {
#embed "../../demo/switchover.scope"
};
static const unsigned char the_dead_rise[] = {
#embed "../../demo/the-dead-rise.scope"
};
static const unsigned char two_leaders_conflict[] = {
#embed "../../demo/two-leaders-conflict.scope"
};
static const unsigned char two_leaders_one_truth[] = {
#embed "../../demo/two-leaders-one-truth.scope"
};
static const unsigned char vanishing_comment[] = {
#embed "../../demo/vanishing-comment.scope"
};
static const unsigned char why_replicate[] = {
#embed "../../demo/why-replicate.scope"
};

#define TEXT(name, bytes) {name, bytes, sizeof bytes}

static const struct {
  const char *name;
  const unsigned char *bytes;
  size_t size;
} texts[] = {
    TEXT("anti-entropy", anti_entropy),
    TEXT("async-or-sync", async_or_sync),
    TEXT("cassandra-clock-and-fsync", cassandra_clock_and_fsync),
    TEXT("clock-skew", clock_skew),
    TEXT("counters-that-merge", counters_that_merge),
    TEXT("degraded", degraded),
    TEXT("dynamo-cart", dynamo_cart),
    TEXT("failover", failover),
    TEXT("fencing", fencing),
    TEXT("heartbeat-timeout", heartbeat_timeout),
    TEXT("hinted-handoff", hinted_handoff),
    TEXT("keep-both", keep_both),
    TEXT("latency-of-sites", latency_of_sites),
    TEXT("mongodb-rolls-back", mongodb_rolls_back),
    TEXT("most-up-to-date", most_up_to_date),
    TEXT("mysql-degrades", mysql_degrades),
    TEXT("nearest-region", nearest_region),
    TEXT("one-plus-one", one_plus_one),
    TEXT("one-seat", one_seat),
    TEXT("postgres-waits", postgres_waits),
    TEXT("quorum-reads", quorum_reads),
    TEXT("read-repair", read_repair),
    TEXT("read-scaling", read_scaling),
    TEXT("rejoin", rejoin),
    TEXT("riak-siblings", riak_siblings),
    TEXT("ring-cut-in-two", ring_cut_in_two),
    TEXT("rule-by-prefix", rule_by_prefix),
    TEXT("siblings-in-the-cart", siblings_in_the_cart),
    TEXT("sloppy-quorum", sloppy_quorum),
    TEXT("split-brain", split_brain),
    TEXT("standby-cut-off", standby_cut_off),
    TEXT("stubborn-clients", stubborn_clients),
    TEXT("switchover", switchover),
    TEXT("the-dead-rise", the_dead_rise),
    TEXT("two-leaders-conflict", two_leaders_conflict),
    TEXT("two-leaders-one-truth", two_leaders_one_truth),
    TEXT("vanishing-comment", vanishing_comment),
    TEXT("why-replicate", why_replicate),
};

size_t texts_count(void) { return sizeof texts / sizeof *texts; }
const char *texts_name(size_t number) { return texts[number].name; }
const unsigned char *texts_bytes(size_t number) { return texts[number].bytes; }
size_t texts_size(size_t number) { return texts[number].size; }
