import Canvas
import Operations
import Positions

extension Pen {
  // MARK: Help

  func help(_ rect: Rect, on canvas: inout Canvas) {
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1), "keys",
      right: "Enter runs a row, Esc goes back", on: &canvas)
    let rows = Bindings.rows(of: view.home, model: snapshot.replication)
    let height = rect.height - 1
    let isWide = rect.width >= 150
    let keysWidth = isWide ? rect.width / 2 : rect.width
    let start = max(0, min(view.helpRow - height / 2, rows.count - height))
    for (line, binding) in rows.dropFirst(start).prefix(height).enumerated() {
      let y = rect.y + 1 + line
      let isSelected = start + line == view.helpRow
      if isSelected {
        canvas.fill(
          Rect(x: rect.x, y: y, width: keysWidth, height: 1),
          with: Cell(" ", Style(.yellow).reversed))
      }
      let style = isSelected ? Style(.yellow, bold: true).reversed : .normal
      canvas.put(
        binding.label, at: Point(x: rect.x + 2, y: y), style: isSelected ? style : .bold)
      put(
        binding.meaning, at: Point(x: rect.x + 14, y: y), style: style, limit: keysWidth - 15,
        on: &canvas)
    }
    guard isWide else { return }
    commands(
      Rect(x: rect.x + keysWidth, y: rect.y + 1, width: rect.width - keysWidth, height: height),
      on: &canvas)
  }

  /// The commands of the prompt, where there is room for them.
  private func commands(_ rect: Rect, on canvas: inout Canvas) {
    let model = snapshot.replication
    var lines = CommandTable.rows(of: model).map { (":" + $0.usage(in: model), $0.meaning) }
    lines += KnobTable.rows(of: model).filter { !$0.isFixed }.map {
      (":\($0.name) \($0.choices.joined(separator: "|"))", $0.meaning)
    }
    for (row, line) in lines.prefix(rect.height).enumerated() {
      let used = put(
        line.0, at: Point(x: rect.x, y: rect.y + row), style: .bold, limit: rect.width - 1,
        on: &canvas)
      put(
        line.1, at: Point(x: rect.x + max(used + 2, 26), y: rect.y + row), style: .dim,
        limit: rect.width - max(used + 2, 26) - 1, on: &canvas)
    }
  }

  // MARK: One node

  func nodePage(_ rect: Rect, on canvas: inout Canvas) {
    guard let node = snapshot.nodes.first(where: { $0.id == view.selected }) else { return }
    let (word, style) = Self.standing(node, glyphs, terms)
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1), "node \(node.id) in \(node.site)",
      right: word, on: &canvas)
    canvas.put(word, at: Point(x: rect.x + 2, y: rect.y + 1), style: style)
    put(
      node.stateReason, at: Point(x: rect.x + 14, y: rect.y + 1), limit: rect.width - 15,
      on: &canvas)
    var lines = snapshot.replication == .singleLeader ? followerLines(node) : peerLines(node)
    if let fork = node.fork {
      lines.append(
        (terms.fork, forkText(fork, node)))
    }
    if node.diskDelay > .zero {
      lines.append(("disk", "+\(Short.milliseconds(node.diskDelay.milliseconds)) a sync"))
    }
    if node.diskFull { lines.append(("disk", "full")) }
    if node.clockOffset != .zero {
      lines.append(("clock", "\(Short.fixed(node.clockOffset.seconds, 3)) s off"))
    }
    if node.clockDrift != 0 {
      lines.append(("clock", "drifts by \(Short.fixed(node.clockDrift, 0)) ppm"))
    }
    let labels = max(12, (lines.map(\.0.count).max() ?? 0) + 1)
    for (row, line) in lines.prefix(rect.height - 3).enumerated() {
      let y = rect.y + 3 + row
      canvas.put(line.0, at: Point(x: rect.x + 2, y: y), style: .dim)
      put(
        line.1, at: Point(x: rect.x + 2 + labels, y: y), limit: rect.width - 3 - labels, on: &canvas
      )
    }
  }

  /// What is known of a leader or a follower: label and text.
  private func followerLines(_ node: NodeSnapshot) -> [(String, String)] {
    let electable: String
    switch node.electable {
    case .yes: electable = "yes"
    case .no(let why): electable = "no: \(why)"
    }
    let beginning = terms.notation.text(node.oldest)
    let lines =
      standingLines(node) + positionLines(node) + [
        ("apply lag", lag(node.lag)), ("flush lag", lag(node.flushLag)),
        ("lag, 60 s", sparkline(node.lagHistory, width: 60)),
        ("lacks", lacks(node)),
        (terms.electable, electable),
        (
          "serves",
          "\(Short.count(node.servedPerSecond)) operations a second"
            + (node.capacity.map { " of \(Short.count($0))" } ?? "")
        ),
        ("state hash", hexadecimal(node.hash)),
        ("log begins", beginning), ("rolled back", "\(node.rollbackRecords) records"),
      ]
    // Of what went before, no optime is known.
    return terms.notation == .optime ? lines.filter { $0.0 != "log begins" } : lines
  }

  private func standingLines(_ node: NodeSnapshot) -> [(String, String)] {
    let votes =
      !terms.hasVotes ? "" : node.isVoter ? ", votes" : ", learns, does not vote"
    var lines = [("role", role(node) + votes), ("follows", follows(node))]
    if let term = terms.term { lines.insert((term, "\(node.term)"), at: 1) }
    return lines
  }

  private func role(_ node: NodeSnapshot) -> String {
    switch node.role {
    case .leader: terms.leader.lowercased()
    case .follower: terms.follower.lowercased()
    case .candidate, .peer: node.role.rawValue
    }
  }

  private func positionLines(_ node: NodeSnapshot) -> [(String, String)] {
    if let fields = terms.fields { return systemLines(node, fields) }
    return [
      ("received", "\(node.received)  what reached its memory"),
      ("written", "\(node.written)  what its disk was given"),
      ("flushed", "\(node.flushed)  what survives a crash (record \(node.flushedIndex))"),
      ("applied", "\(node.applied)  what its reads show (record \(node.appliedIndex))"),
      ("commit", "\(node.commit)  what it knows to be committed"),
    ]
  }

  private func forkText(_ fork: ForkSnapshot, _ node: NodeSnapshot) -> String {
    let at = snapshot.position(fork.at, node.optimes?.fork)
    guard terms.notation != .optime else { return "\(fork.records) records after \(at)" }
    let acked = snapshot.position(fork.acknowledgedThrough, nil)
    return "at \(at), \(fork.records) records, acked to \(acked)"
  }

  private func follows(_ node: NodeSnapshot) -> String {
    if node.role == .leader { return "nobody: it leads" }
    return node.following?.description ?? "nobody"
  }

  private func lag(_ lag: Lag) -> String {
    guard model.leader != nil else { return "unknown: nobody leads" }
    return "\(lag.bytes) bytes, \(lag.records) records, \(time(lag.time))"
  }

  private func lacks(_ node: NodeSnapshot) -> String {
    node.missing.records == 0
      ? "no acked write"
      : "\(Short.counted(node.missing.records, "acked write")) (\(Short.bytes(node.missing.bytes)))"
  }

  func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
