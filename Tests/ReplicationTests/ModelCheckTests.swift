import Positions
import Records
import Testing

@testable import Replication

/// All histories of three nodes within bounds: elections, and logs that part and are mended.
///
/// The bounds are as wide as can be searched to the end in a few seconds; what a search visits is
/// stated, and a search that visits less than it did is a search that no longer looks everywhere.
@Suite(.serialized) struct ModelCheckTests {
  /// n1 leads and its first record is committed; cut off, it takes a write that nobody else has. The
  /// others' leases have ended.
  static let cutOff: [Scripted] = [
    .settle, .isolate(1), .write(1), .settle, .fire(2, .lease), .fire(3, .lease),
  ]
  /// The others have elected n2 and gone on; the partition is healed, and n1 knows nothing of it.
  static let healed: [Scripted] =
    cutOff + [.fire(2, .election), .settle, .fire(2, .candidacy), .untilLeads(2), .settle, .heal]
  /// n1 holds a record of its first term, n2 one of its own at the same place, n3 neither; n1 leads
  /// again, in a third term, and n2 is cut off. All was durable before they crashed.
  static let twiceParted: [Scripted] =
    cutOff + [
      .fire(2, .election), .settle, .fire(2, .candidacy), .untilLeads(2), .isolate(2), .settle,
      .crash(2), .crash(1), .fire(1, .election), .settle, .fire(1, .election),
      .settle, .fire(1, .candidacy), .untilLeads(1),
    ]

  struct Case: CustomTestStringConvertible {
    var testDescription: String
    var bounds: ModelBounds
    var after: [Scripted] = []
    /// States it visits at least, terms that are won, and records that are committed.
    var states: Int
    var terms: Int
    var committed: Int
  }

  static let cases: [Case] = [
    Case(
      testDescription: "the first election: any order of messages, a crash, slow disks",
      bounds: ModelBounds(crashes: 1, endsWhenDecided: true, links: .anyOrder), states: 30_000,
      terms: 1, committed: 1),
    Case(
      testDescription: "the first election: a crash, a lost message, a partition, slow disks",
      bounds: ModelBounds(crashes: 1, drops: 1, partitions: 1), states: 50_000, terms: 1,
      committed: 1),
    Case(
      testDescription: "two campaigns at once",
      bounds: ModelBounds(elections: 1, slowDisks: 0, endsWhenDecided: true), states: 95_000,
      terms: 6, committed: 2),
    Case(
      testDescription:
        "an election behind a cut-off leader's back: a crash, slow disks, the healing",
      bounds: ModelBounds(elections: 1, crashes: 1), after: cutOff, states: 37_000, terms: 4,
      committed: 3),
    Case(
      testDescription: "a deposed leader rejoins: a heartbeat, a crash, slow disks",
      bounds: ModelBounds(heartbeats: 2, crashes: 1), after: healed, states: 7500,
      terms: 2, committed: 2),
    Case(
      testDescription: "the same, and a write",
      bounds: ModelBounds(heartbeats: 1, crashes: 1, writes: 1), after: healed, states: 108_000,
      terms: 2, committed: 3),
    Case(
      testDescription: "two records at one place, and a leader with a third: an election",
      bounds: ModelBounds(elections: 1, slowDisks: 0), after: twiceParted, states: 24_000,
      terms: 4, committed: 3),
  ]

  @Test(arguments: cases)
  func nothingGoesWrong(_ one: Case) {
    var search = ModelSearch(one.bounds, after: one.after)
    let result = search.run(limit: 400_000)
    print("\(one.testDescription): \(result.summary)")
    #expect(result.trouble == nil, "\(result.trace.joined(separator: "\n"))")
    #expect(result.isExhausted)
    #expect(result.states >= one.states)
    #expect(result.terms >= one.terms && result.committed >= one.committed)
  }

  /// Every planted fault is found by what comes of it alone: nobody looks whether promises are kept.
  @Test(
    arguments: [
      (
        ModelMutation.votesNotDurable,
        ModelBounds(elections: 1, crashes: 1, slowDisks: 1, endsWhenDecided: true), []
      ),
      (
        .flushesNotDurable, ModelBounds(elections: 1, crashes: 1, writes: 1, slowDisks: 1),
        [.settle, .fire(2, .lease), .fire(3, .lease)]
      ),
      (
        .termsIgnored, ModelBounds(elections: 1, writes: 1, slowDisks: 0),
        [.settle, .fire(2, .lease), .fire(3, .lease)]
      ),
      (
        .earlierTermsCounted, ModelBounds(elections: 1, crashes: 1, slowDisks: 1), twiceParted
      ),
    ] as [(ModelMutation, ModelBounds, [Scripted])])
  func aPlantedFaultIsFound(_ mutation: ModelMutation, _ bounds: ModelBounds, _ after: [Scripted]) {
    var search = ModelSearch(bounds, after: after, mutation: mutation, watchesPromises: false)
    let result = search.run(limit: 400_000)
    print("\(mutation): \(result.summary)\n  " + result.trace.joined(separator: "\n  "))
    #expect(result.trouble != nil)
  }

  /// A property that the words leave out would merge states that differ.
  @Test func nothingIsLeftOutOfTheWords() {
    func properties(_ value: Any) -> [String] {
      Mirror(reflecting: value).children.map { $0.label ?? "?" }
    }
    var node = ModelNode(NodeID(1))
    #expect(properties(node.replica) == Words.properties["Replica"])
    #expect(properties(node.replica.window) == Words.properties["LogWindow"])
    #expect(properties(node.replica.history) == Words.properties["TermHistory"])
    _ = node.happen(.campaign, isPrompt: true, nil)
    #expect(node.replica.candidacy.map(properties) == Words.properties["Candidacy"])
    let progress = Progress(node: NodeID(2), sent: .origin)
    let office = Leadership(
      term: .zero, first: Index(1), acknowledged: .zero, isForced: false, progress: [progress])
    #expect(properties(office) == Words.properties["Leadership"])
    #expect(properties(progress) == Words.properties["Progress"])
  }
}

extension ModelSearch.Result {
  var summary: String {
    "\(states) states, \(steps) steps between them; a node in \(places), \(messages) messages, "
      + "\(depth) deep" + (isExhausted ? ", and no more" : "")
      + (trouble.map { "; found: \($0)" } ?? "")
  }
}
