import Positions
import Records

@testable import Replication

/// What a step tells those who look on.
enum ModelFact {
  /// The node leads this term from now on.
  case elected(Term)
  /// The node knows everything through here to be committed, or acknowledges it; a leader decides so.
  case certain(LogPoint, byLeader: Term?)
  /// A promise is not as durable as it must be.
  case broken(String)
  /// What must never happen.
  case trouble(String)
}

/// A record's identity, and the hash of everything up to it.
struct ModelRecord: Hashable {
  var term: Term
  var chain: Chain
}

/// What was seen in one history, and can't be read from where the nodes stand now.
struct ModelPast: Hashable {
  /// A leader's decision that everything through a record is committed.
  struct Decision: Hashable {
    var index: Index
    /// The term in which it was decided.
    var term: Term
  }

  /// A term that was led, and its leader's log when that began.
  struct Office: Hashable {
    var term: Term
    var records: [ModelRecord]
  }

  /// The records that any leader committed or acknowledged, from index 1.
  private(set) var certain: [ModelRecord] = []
  /// In order of term; only the furthest of each.
  private(set) var decisions: [Decision] = []
  /// In order of term.
  private(set) var offices: [Office] = []

  /// Takes in that a node leads `term`.
  mutating func elected(_ id: NodeID, _ term: Term, holding records: [ModelRecord]) -> String? {
    if offices.contains(where: { $0.term == term }) { return "term \(term) is won a second time" }
    if term.node != id { return "\(id) leads \(term)" }
    offices.append(Office(term: term, records: records))
    offices.sort { $0.term < $1.term }
    return incompleteLeader
  }

  /// Takes in what a node holds for committed.
  mutating func know(_ point: LogPoint, of records: [ModelRecord], byLeader term: Term?) -> String?
  {
    let count = Int(point.index.rawValue)
    let known = Array(records.prefix(count))
    if !known.starts(with: certain.prefix(count)) {
      return "record \(point.index) is committed twice, with different contents"
    }
    guard let term else {
      return count <= certain.count ? nil : "nobody committed record \(point.index)"
    }
    if count > certain.count { certain = known }
    let old = decisions.first { $0.term == term }?.index ?? .zero
    decisions.removeAll { $0.term == term }
    decisions.append(Decision(index: max(old, point.index), term: term))
    decisions.sort { $0.term < $1.term }
    return incompleteLeader
  }

  /// A leader that lacked what an earlier term committed, before it was elected or after.
  private var incompleteLeader: String? {
    for office in offices {
      for decision in decisions where decision.term < office.term {
        let count = Int(decision.index.rawValue)
        if !office.records.starts(with: certain.prefix(count)) {
          return "term \(office.term) began without record \(decision.index), committed in "
            + "\(decision.term)"
        }
      }
    }
    return nil
  }
}

extension RecordBatch {
  /// The records' identities; the batch begins at the log's beginning.
  var identities: [ModelRecord] { entries.map { ModelRecord(term: $0.term, chain: $0.chain) } }
}

extension LogWindow {
  /// The records' identities; the window holds the whole log.
  var identities: [ModelRecord] {
    (batches(after: .zero, maximumBytes: .max) ?? []).flatMap(\.identities)
  }
}

/// Why two logs can't both be, if so: one (index, term) with two histories.
func modelDisagreement(_ left: [ModelRecord], _ right: [ModelRecord]) -> String? {
  for (position, pair) in zip(left, right).enumerated()
  where pair.0.term == pair.1.term && pair.0.chain != pair.1.chain {
    return "record \(position + 1) of term \(pair.0.term) has two contents"
  }
  return nil
}
