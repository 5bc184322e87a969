import Operations
import Positions
import Testing

/// What people are told of the values that conditions look at.
@Suite struct ConditionFoundTests {
  @Test(arguments: [
    ("lost > 0", "lost is 0"),
    ("lost > 0 or not lost < 0", "lost is 0"),
    ("n2.applied >= last write", "n2.applied is 6,000, last write is acknowledged by n1 at 6,000"),
    ("n3.lag.time < 1s and lost is 0", "n3.lag.time is unknown (n3 is dead), lost is 0"),
    ("reads.rate > 2.5 * before", "reads.rate is 940/s, before is 900/s"),
    ("gone > 1s", "gone is unknown (not remembered)"),
    ("n4.applied > 0", "n4.applied is unknown (n4 is no member now)"),
    ("ack.p50 < 5 ms", "ack.p50 is 12.4 ms"),
    ("ack.p99 < 5 ms", "ack.p99 is unknown (nothing was acknowledged lately)"),
    ("leader == n2", "leader is n1"),
    ("not converged", "not converged"),
    ("n1.role is leader", "n1.role is leader"),
    ("n1.hash == n2.hash", "n1.hash is 0000000000000005, n2.hash is 0000000000000007"),
    ("n2.lag.bytes > 1MB", "n2.lag.bytes is 6.0 KB"),
    ("n3.hash == n1.hash", "n3.hash is unknown (n3 is dead), n1.hash is 0000000000000005"),
    // Those that decide.
    ("all followers.lag.time < 500ms", "n2.lag.time is 2.1 s"),
    ("all followers.lag.time < 3s", "n3.lag.time is unknown (n3 is dead)"),
    ("any follower.state is dead", "n3.state is dead"),
    ("any follower.state is fenced", "n2.state is running, n3.state is dead"),
    (
      "all followers.applied < commit", "n2.applied is 6,000, commit is 12,000, n3.applied is 4,000"
    ),
    ("last read is missing", "last read is \"hello\""),
    ("last read is \"hello\"", "last read is \"hello\""),
    ("term + leaders * 2 > 3", "term is 4, leaders is 1"),
  ])
  func tellsWhatWasThere(text: String, expected: String) throws {
    #expect(try ConditionTruthTests.found(text) == expected)
  }

  @Test func ofManyFollowersAFewAreNamed() throws {
    var snapshot = ConditionTruthTests.snapshot
    for number in 4...12 {
      var node = NodeSnapshot(id: NodeID(number), site: SiteID("site1"))
      node.state = .dead
      snapshot.nodes.append(node)
    }
    #expect(
      try ConditionTruthTests.found("all followers.state is running", snapshot)
        == "n3.state is dead, n4.state is dead, n5.state is dead, n6.state is dead, n7.state is dead, "
        + "5 more like these")
  }

  @Test(
    arguments: [
      (0, .number, "0"), (1240, .number, "1,240"), (2.5, .number, "2.5"), (-0.001, .number, "0"),
      (1_234_567.891, .number, "1,234,567.89"), (1e20, .number, "1e+20"), (-12, .number, "-12"),
      (12345, .position, "12,345"), (1240, .rate, "1,240/s"), (2.5, .rate, "2.5/s"),
      (0, .rate, "0/s"), (0, .time, "0 ns"), (350e3, .time, "350.0 us"), (12.4e6, .time, "12.4 ms"),
      (2.1e9, .time, "2.1 s"), (-2.1e9, .time, "-2.1 s"), (100e9, .time, "100.0 s"),
      (180e9, .time, "3.0 min"), (512, .bytes, "512 B"), (64000, .bytes, "64.0 KB"),
      (1.5e9, .bytes, "1.5 GB"), (.infinity, .time, "inf ns"), (.nan, .number, "nan"),
    ] as [(Double, Quantity.Dimension, String)])
  func quantitiesAreWrittenForPeople(value: Double, dimension: Quantity.Dimension, text: String) {
    #expect("\(Quantity(value, dimension))" == text)
  }
}
