import Operations

/// Which keys the last line names.
extension Bindings {
  /// Keys that share a word, and how soon they go where there is no room: 0 never.
  private typealias Item = (intents: [Intent], word: String, rank: Int)

  /// What the footer names while a script is played.
  private static let inPlay: [Item] = [
    ([.nextStep], "next", 0), ([.previousChapter], "back", 0), ([.pause], "", 0),
    ([.takeOrGive], "take the keys", 0), ([.nextChapter], "chapter on", 3),
    ([.slower, .faster], "speed", 2), ([.help], "help", 1), ([.quit], "quit", 1),
  ]

  /// The keys of a presenter.
  static func inPlay(
    isHeld: Bool, room: Int, _ model: ReplicationModel
  ) -> [(label: String, word: String)] {
    fitting(inPlay, table(.demo, model: model), pause: isHeld ? "go on" : "hold", room)
  }

  /// What the footer names while time stands or the past is shown: keys that belong together share a
  /// word; the highest rank goes first where there is no room.
  private static let inHistory: [Item] = [
    ([.takeOrGive], "give back", 0), ([.pause], "", 0), ([.backInTime, .forwardInTime], "1 s", 0),
    ([.leapBack, .leapForward], "10 s", 3), ([.previousMark, .nextMark], "mark", 1),
    ([.step], "step", 1), ([.fork], "fork", 0), ([.compare], "compare", 0),
    ([.policy], "ack", 2), ([.prompt], "command", 4), ([.help], "help", 2), ([.quit], "quit", 5),
    ([.back], "back", 0),
  ]

  /// The keys that belong to a moment of a history, as many as there is room for.
  static func inHistory(
    _ mode: Mode, isPaused: Bool, isForked: Bool, room: Int, _ model: ReplicationModel
  ) -> [(label: String, word: String)] {
    let wanted = inHistory.filter {
      switch $0.intents {
      case [.compare]: isForked
      case [.back]: !mode.isTop
      case [.takeOrGive]: mode == .demo
      case [.policy]: mode != .demo
      default: true
      }
    }
    let word = model == .multiLeader ? "topology" : "R W"
    return fitting(
      wanted.map {
        $0.intents == [.policy] && model != .singleLeader ? ($0.intents, word, $0.rank) : $0
      },
      table(mode, model: model), pause: isPaused ? "play" : "pause", room)
  }

  private static func fitting(
    _ wanted: [Item], _ table: [KeyBinding], pause: String, _ room: Int
  ) -> [(label: String, word: String)] {
    var items: [(label: String, word: String, rank: Int)] = []
    for (intents, word, rank) in wanted {
      let keys = intents.compactMap { intent in
        table.first { $0.intent == intent }?.keys.first?.description
      }
      guard !keys.isEmpty else { continue }
      items.append((keys.joined(separator: " "), intents == [.pause] ? pause : word, rank))
    }
    func width() -> Int { items.reduce(6) { $0 + $1.label.count + $1.word.count + 3 } }
    while width() > room, let rank = items.map(\.rank).max(), rank > 0 {
      items.removeAll { $0.rank == rank }
    }
    return items.map { ($0.label, $0.word) }
  }
}

extension ViewState {
  /// The keys that the footer names, and what they do in a word, with `room` columns for them.
  func footer(_ snapshot: ClusterSnapshot, room: Int) -> [(label: String, word: String)] {
    if mode == .demo, stage != .taken {
      return Bindings.inPlay(isHeld: snapshot.speed == 0, room: room, snapshot.replication)
    }
    // Whoever reads or watches needs no more than to go on.
    if mode == .lesson, turn == .reads || turn == .watches || turn == .over, !snapshot.isPast {
      return [("PgDn", "on"), ("PgUp", "back"), ("?", "help"), ("q", "quit")]
    }
    let isStill = snapshot.speed == 0 || snapshot.isPast
    if let history = snapshot.history,
      mode == .compare || isStill && (isAtTop || mode == .node), mode != .question
    {
      return Bindings.inHistory(
        mode, isPaused: snapshot.speed == 0, isForked: history.forkedAt != nil, room: room,
        snapshot.replication)
    }
    func label(_ binding: KeyBinding) -> String {
      binding.keys.count > 3 ? binding.label : binding.keys[0].description
    }
    var bindings = Bindings.table(mode, model: snapshot.replication).filter { !$0.short.isEmpty }
    let all = bindings.reduce(8) { $0 + label($1).count + $1.short.count + 3 }
    if all > room { bindings.removeAll(where: \.isExtra) }
    // What waits for a choice is worth a place however little room there is.
    let waits = isAtTop && snapshot.model.versions?.siblings ?? 0 > 0
    var items = bindings.map { (label: label($0), word: $0.short) }
    if snapshot.history?.forkedAt != nil, isAtTop { items.insert(("=", "compare"), at: 1) }
    if waits { items.insert(("v", "choose"), at: 0) }
    if mode == .demo { items.insert(("t", "give back"), at: 0) }
    return items
  }
}
