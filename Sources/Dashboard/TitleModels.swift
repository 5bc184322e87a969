import Canvas
import Operations
import Positions

/// What the first line says in each model.
extension Pen {
  /// Conflicts and what there is to mend: text, style, and how soon it goes where there is no room.
  var versionParts: [(text: String, style: Style, rank: Int)] {
    guard let versions = snapshot.model.versions else { return [] }
    var parts: [(text: String, style: Style, rank: Int)] = []
    if versions.losers > 0 {
      parts.append(("losers \(Short.grouped(versions.losers))", .loud, 0))
    }
    if versions.lostByClock > 0 {
      parts.append(("\(Short.grouped(versions.lostByClock)) by clock", .loud, 2))
    }
    if versions.risen > 0 {
      parts.append(("risen \(Short.grouped(versions.risen))", .loud, 1))
    }
    parts.append(("conflicts \(Short.grouped(versions.conflicts))", .normal, 4))
    if versions.siblings > 0 {
      parts.append(
        ("siblings \(Short.grouped(versions.siblings))", Style(.yellow, bold: true), 3))
    }
    if case .leaderless(let model) = snapshot.model {
      parts.append(
        (
          "hints \(Short.grouped(model.hints))",
          model.hints > 0 ? Style(.purple, bold: true) : .normal, 6
        ))
      if model.unavailable > 0 {
        parts.append(
          ("refused \(Short.grouped(model.unavailable))", Style(.vermilion, bold: true), 5))
      }
      parts.append(("repairs \(Short.grouped(model.repairs))", .normal, 35))
      let stale = model.measuredStaleness.map(Self.percent) ?? "-"
      let predicted = model.predictedStaleness.map(Self.percent) ?? "-"
      parts.append(("missed \(stale), predicted \(predicted)", .normal, 32))
    }
    let isOff = versions.divergentKeys > 0
    let verb = versions.divergentKeys == 1 ? "differs" : "differ"
    parts.append(
      (
        "\(Short.counted(versions.divergentKeys, "key")) \(verb)",
        isOff ? Style(.yellow, bold: true) : .normal, isOff ? 12 : 33
      ))
    return parts
  }

  /// What the other ending of the run lost, with its losers where either ending has any.
  func lost(
    inOther other: ClusterSnapshot, isShort: Bool = false
  ) -> (text: String, style: Style, rank: Int) {
    func count(_ value: Int) -> String { Short.count(Double(value)) }
    let hasLosers = snapshot.outclocked + other.outclocked > 0
    let losers =
      !hasLosers
      ? "" : isShort ? "+\(count(other.outclocked))" : ", losers \(count(other.outclocked))"
    let isWorse = (other.lost, other.outclocked) > (snapshot.lost, snapshot.outclocked)
    return (
      "\(isShort ? "other" : "other lost") \(count(other.lost))\(losers)",
      isWorse ? .loud : .normal, 0
    )
  }
}

extension ClusterSnapshot {
  /// What decides when a write is safe, and where conflicts end.
  var ruling: String {
    switch model {
    case .singleLeader: return KnobTable.row("ack")?.value(knobs) ?? ""
    case .multiLeader: return "multi-leader \(knobs.rule) \(knobs.multiLeader.topology.rawValue)"
    case .leaderless:
      let quorums = knobs.leaderless
      let sloppy = quorums.sloppy ? " sloppy" : ""
      return "N\(quorums.replicationFactor) R\(quorums.readQuorum) W\(quorums.writeQuorum)\(sloppy)"
    }
  }
}
