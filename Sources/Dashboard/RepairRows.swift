import Canvas
import Operations

/// A row about something that brings replicas together again.
struct RepairRow {
  /// What it says, the longest way first.
  var texts: [String]
  var style: Style
  /// Whether it is switched on.
  var isOn: Bool
  /// How much there is to say: 0 nothing yet, 1 it has worked, 2 reads mend, 3 something waits for it.
  var activity: Int
}

extension LeaderlessSnapshot {
  /// Hints, Merkle trees, read repair: what is switched on or has done something, always in this order;
  /// where not all have room, those that are at work.
  func repairRows(_ knobs: LeaderlessKnobs, most: Int) -> [RepairRow] {
    let rows = [hintsRow(knobs), merkleRow(knobs), readsRow(knobs)]
    let told = rows.indices.filter { rows[$0].isOn || rows[$0].activity > 0 }
    // Of two that are as busy the first stays, so that rows do not change places.
    let ranked = told.sorted { (rows[$1].activity, $0) < (rows[$0].activity, $1) }
    return ranked.prefix(max(0, most)).sorted().map { rows[$0] }
  }

  private func hintsRow(_ knobs: LeaderlessKnobs) -> RepairRow {
    func grouped(_ value: Int) -> String { Short.grouped(value) }
    let wait = "\(grouped(hints)) wait\(hints == 1 ? "s" : "")"
    let expired = hintsExpired > 0
    return RepairRow(
      texts: [
        "hints    \(wait), \(grouped(hintsDelivered)) handed over, \(grouped(hintsExpired)) too old",
        "hints    \(wait), \(grouped(hintsDelivered)) sent, \(grouped(hintsExpired)) too old",
        expired
          ? "hints    \(wait), \(grouped(hintsExpired)) too old"
          : "hints    \(wait), \(grouped(hintsDelivered)) delivered",
        expired ? "hints    \(grouped(hintsExpired)) too old" : "hints    \(wait)",
      ], style: hints > 0 ? Style(.purple, bold: true) : .normal, isOn: knobs.hintWindow != nil,
      activity: hints > 0 ? 3 : hintsDelivered + hintsExpired > 0 ? 1 : 0)
  }

  private func merkleRow(_ knobs: LeaderlessKnobs) -> RepairRow {
    let ranges = Short.counted(differingRanges, "range")
    let differ = "\(ranges) differ\(differingRanges == 1 ? "s" : "")"
    let mended = Short.grouped(antiEntropyRepairs)
    return RepairRow(
      texts: [
        "Merkle   \(differ); anti-entropy mended \(Short.counted(antiEntropyRepairs, "key"))",
        "Merkle   \(differ), \(mended) mended", "Merkle   \(ranges) off, \(mended) mended",
        "Merkle   \(differ)",
      ], style: differingRanges > 0 ? Style(.yellow, bold: true) : .normal,
      isOn: knobs.antiEntropy != nil,
      activity: differingRanges > 0 ? 3 : antiEntropyRepairs > 0 ? 1 : 0)
  }

  private func readsRow(_ knobs: LeaderlessKnobs) -> RepairRow {
    RepairRow(
      texts: [
        "reads    \(Short.counted(repairs, "replica")) repaired; refused \(Short.grouped(unavailable))",
        "reads    \(Short.counted(repairs, "replica")) repaired",
        "reads    \(Short.grouped(repairs)) repaired",
      ], style: .normal, isOn: knobs.readRepair != .off, activity: repairs > 0 ? 2 : 0)
  }
}
