import Positions

// What only clusters have in which several nodes take writes.
extension SnapshotJSON {
  static func counts(_ versions: VersionsSnapshot) -> [(String, JSONText)] {
    [
      ("conflicts", .integer(versions.conflicts)), ("merged", .integer(versions.merged)),
      ("losers", .integer(versions.losers)), ("losersByClock", .integer(versions.lostByClock)),
      ("siblings", .integer(versions.siblings)), ("risen", .integer(versions.risen)),
      ("divergentKeys", .integer(versions.divergentKeys)), ("keys", .integer(versions.keys)),
    ]
  }

  static func counts(_ model: LeaderlessSnapshot) -> [(String, JSONText)] {
    [
      ("hints", .integer(model.hints)), ("hintsDelivered", .integer(model.hintsDelivered)),
      ("hintsExpired", .integer(model.hintsExpired)), ("repairs", .integer(model.repairs)),
      (
        "antiEntropy",
        .object([
          ("exchanges", .integer(model.exchanges)),
          ("differingRanges", .integer(model.differingRanges)),
          ("repairs", .integer(model.antiEntropyRepairs)),
          ("bytes", .integer(model.antiEntropyBytes)),
        ])
      ), ("unavailable", .integer(model.unavailable)),
      ("staleShare", .optional(model.measuredStaleness)),
      ("stalePredicted", .optional(model.predictedStaleness)),
    ]
  }

  /// A node's place on the ring; nothing for one that has none.
  static func place(of node: NodeID, in model: LeaderlessSnapshot) -> [(String, JSONText)] {
    guard let place = model.ring.first(where: { $0.node == node }) else { return [] }
    return [
      ("share", .number(place.share)), ("hints", .integer(place.hints)),
      ("pending", .integer(place.pending)),
    ]
  }

  static func streams(_ model: MultiLeaderSnapshot) -> JSONText {
    // Only those that lack something: a hundred nodes have 9,900.
    .array(
      model.streams.filter { $0.missing > 0 || $0.heldBack > 0 }.map { stream in
        .object([
          ("origin", .string(stream.origin.description)), ("to", .string(stream.to.description)),
          ("applied", .unsigned(stream.applied)), ("written", .unsigned(stream.written)),
          ("heldBack", .integer(stream.heldBack)),
          ("lagMilliseconds", .optional(stream.lag?.milliseconds)),
        ])
      })
  }

  /// The newest conflicts and the first keys with siblings.
  static func lists(_ versions: VersionsSnapshot) -> [(String, JSONText)] {
    [
      ("conflictList", .array(versions.newest.map(conflict))),
      (
        "siblingList",
        .array(
          versions.siblingKeys.map {
            .object([("key", .string($0.key)), ("versions", .array($0.versions.map(version)))])
          })
      ),
    ]
  }

  private static func conflict(_ conflict: ConflictSnapshot) -> JSONText {
    .object([
      ("at", .number(conflict.at.sinceStart.seconds)), ("node", .string("\(conflict.node)")),
      ("key", .string(conflict.key)), ("rule", .string(conflict.rule)),
      ("ending", .string(conflict.ending.rawValue)), ("winner", version(conflict.winner)),
      ("loser", version(conflict.loser)),
    ])
  }

  /// A version; its value is null where it says that the key was deleted.
  private static func version(_ version: VersionSnapshot) -> JSONText {
    .object([
      ("value", .optional(version.value)),
      ("writer", .optional(version.dot.actor.node?.description)),
      ("dot", .string("\(version.dot)")), ("clock", .number(version.clock.sinceStart.seconds)),
    ])
  }

  static func watched(_ watched: WatchedKeySnapshot) -> JSONText {
    .object([
      ("key", .string(watched.key)), ("value", .string(watched.value)),
      ("rule", .string(watched.rule)),
      (
        "holders",
        .array(
          watched.holders.map { holder in
            .object([
              ("node", .string("\(holder.node)")),
              ("versions", .array(holder.versions.map(version))),
              ("newest", .bool(holder.isNewest)),
              ("hintFor", .optional(holder.hintFor?.description)),
              ("madeWriteQuorum", .bool(holder.madeWriteQuorum)),
              ("madeReadQuorum", .bool(holder.madeReadQuorum)),
              ("repaired", .bool(holder.wasRepaired)),
            ])
          })
      ),
    ])
  }
}
