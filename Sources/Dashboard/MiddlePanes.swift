import Canvas
import Operations
import Positions

extension Pen {
  // MARK: Links

  func links(_ rect: Rect, on canvas: inout Canvas) {
    guard rect.height > 1 else { return }
    let sites = Set(snapshot.nodes.map(\.site)).count
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1),
      "links  row\(glyphs.arrowRight)col", right: sites > 1 ? "\(sites) sites" : "", pane: .links,
      on: &canvas)
    let columnWidth = 5
    let ids = snapshot.nodes.map(\.id)
    let room = max(1, (rect.width - 6) / columnWidth)
    let rows = max(1, rect.height - 2)
    let start = window(ids, min(room, rows))
    let across = Array(ids[start..<min(ids.count, start + room)])
    let down = Array(ids[start..<min(ids.count, start + rows)])
    for (position, id) in across.enumerated() {
      canvas.put(
        id.description, endingAt: rect.x + 6 + (position + 1) * columnWidth - 1, y: rect.y + 1,
        style: .dim)
    }
    var byPair: [Int: LinkSnapshot] = [:]
    for link in snapshot.links where link.from >= ids[start] {
      byPair[Int(link.from.number) << 16 | Int(link.to.number)] = link
    }
    for (row, from) in down.enumerated() {
      let y = rect.y + 2 + row
      canvas.put(
        from.description, endingAt: rect.x + 5, y: y,
        style: from == view.selected ? Style(.yellow, bold: true) : .normal)
      for (position, to) in across.enumerated() {
        let (text, style) =
          from == to
          ? ("-", Style.dim) : mark(byPair[Int(from.number) << 16 | Int(to.number)])
        canvas.put(
          text, endingAt: rect.x + 6 + (position + 1) * columnWidth - 1, y: y, style: style)
      }
    }
  }

  private func mark(_ link: LinkSnapshot?) -> (String, Style) {
    guard let link else { return (" ", .normal) }
    if link.isCut { return (String(glyphs.cross), Style(.vermilion, bold: true)) }
    if link.loss > 0 { return ("\(Int((link.loss * 100).rounded()))%", Style(.purple, bold: true)) }
    if link.bandwidth != nil { return ("slow", Style(.purple)) }
    let latency = link.latency.milliseconds
    if latency >= 5 {
      let text = latency < 1000 ? "~\(Int(latency.rounded()))" : "~\(Int(latency / 1000))s"
      return (text, link.addedLatency > .zero ? Style(.purple, bold: true) : Style(.yellow))
    }
    return ("*", Style(.green))
  }

  /// The first of `count` neighbours that include the selected node.
  private func window(_ ids: [NodeID], _ count: Int) -> Int {
    guard ids.count > count else { return 0 }
    let position = view.selected.flatMap { ids.firstIndex(of: $0) } ?? 0
    return max(0, min(position - count / 2, ids.count - count))
  }

  // MARK: Guarantees

  func guarantees(_ rect: Rect, on canvas: inout Canvas) {
    guard rect.height > 1 else { return }
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1), "what clients can rely on",
      on: &canvas)
    for (row, line) in promises.prefix(rect.height - 1).enumerated() {
      let y = rect.y + 1 + row
      canvas[rect.x + 1, y] = Cell(line.glyph, line.style)
      canvas.put(
        line.text, at: Point(x: rect.x + 3, y: y),
        style: line.style.tint == .loud ? .loud : .normal, limit: rect.width - 3)
    }
  }

  private struct Promise {
    var glyph: Character
    var style: Style
    var text: String
  }

  private func good(_ text: String) -> Promise {
    Promise(glyph: glyphs.check, style: Style(.green, bold: true), text: text)
  }

  private func fair(_ text: String) -> Promise {
    Promise(glyph: "~", style: Style(.yellow, bold: true), text: text)
  }

  private func bad(_ text: String) -> Promise {
    Promise(glyph: glyphs.cross, style: Style(.vermilion, bold: true), text: text)
  }

  /// The lines, most urgent first.
  private var promises: [Promise] {
    let facts = model.guarantees
    var lines: [Promise] = []
    if facts.splitBrain {
      let names = model.leaders.map(\.description).joined(separator: " and ")
      lines.append(Promise(glyph: glyphs.warning, style: .loud, text: "SPLIT BRAIN: \(names) lead"))
    }
    if snapshot.ledger.lost > 0 {
      let keys = snapshot.ledger.lostWrites.suffix(3).map(\.key).joined(separator: " ")
      lines.append(bad("\(snapshot.ledger.lost) acked writes lost \(keys)"))
    }
    lines += [survival(facts), writing(facts)]
    lines.append(fresh(facts))
    if let stale = staleness { lines.append(stale) }
    if model.degraded { lines.append(fair("degraded: the leader acks alone")) }
    for node in snapshot.nodes where node.id != model.leader {
      guard case .no(let why) = node.electable else { continue }
      lines.append(bad("\(node.id) not electable: \(why)"))
    }
    let electable = snapshot.nodes.filter { $0.electable == .yes }.map(\.id)
    if !electable.isEmpty {
      lines.insert(
        good("electable: \(names(electable))"), at: min(lines.count, 4))
    }
    return lines
  }

  private func names(_ ids: [NodeID]) -> String {
    let shown = ids.prefix(6).map(\.description).joined(separator: " ")
    return ids.count > 6 ? "\(shown) +\(ids.count - 6)" : shown
  }

  private func survival(_ facts: GuaranteesSnapshot) -> Promise {
    guard model.leader != nil else { return bad("no leader: nothing new is promised") }
    switch facts.crashesAcknowledgedWritesSurvive {
    case nil: return bad("an acked write is on no running node")
    case 0?:
      return facts.atRiskRecords > 0
        ? bad("leader crash loses \(facts.atRiskRecords) acked writes")
        : fair("acked writes survive no further crash")
    case let count?:
      return good("acked writes survive any \(count) crash\(count == 1 ? "" : "es")")
    }
  }

  private func writing(_ facts: GuaranteesSnapshot) -> Promise {
    switch facts.failuresUntilWritesStop {
    case nil: bad("writes are not acknowledged now")
    case 0?: fair("no spare: one failure stops writes")
    case let count?: good("writes go on after \(count) failure\(count == 1 ? "" : "s")")
    }
  }

  private func fresh(_ facts: GuaranteesSnapshot) -> Promise {
    if facts.freshReads.isEmpty { return bad("fresh reads: nowhere") }
    if facts.freshReads.count == snapshot.nodes.count { return good("fresh reads: every node") }
    return good("fresh reads: \(names(facts.freshReads))")
  }

  private var staleness: Promise? {
    let stale = snapshot.nodes.filter { node in
      node.id != model.leader && !model.guarantees.freshReads.contains(node.id)
        && (node.state == .running || node.state == .suspect)
    }
    guard !stale.isEmpty else { return nil }
    let text = stale.prefix(5).map { node in
      "\(node.id) \(node.lag.time.map { Short.milliseconds($0.milliseconds) } ?? "?")"
    }
    return fair("stale reads: " + text.joined(separator: " "))
  }

  // MARK: Clients

  func clients(_ rect: Rect, on canvas: inout Canvas) {
    guard rect.height > 1, rect.width > 10 else { return }
    let clients = snapshot.clients
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1), "clients",
      right: clients.load.workload?.rawValue ?? "", pane: .clients, on: &canvas)
    func time(_ value: Double?) -> String { value.map(Short.milliseconds) ?? "-" }
    let rate =
      clients.load.rate.map { $0 == .infinity ? "as fast as it goes" : "\(Short.count($0))/s" }
      ?? "-"
    let ack = clients.acknowledgement
    let lines: [(String, Style)] = [
      ("\(clients.load.clients ?? 0) clients, \(rate)", .normal),
      (
        "writes \(Short.count(clients.writesPerSecond))/s  reads "
          + "\(Short.count(clients.readsPerSecond))/s", .bold
      ),
      ("ack  p50 \(time(ack.p50))  p99 \(time(ack.p99))", .normal),
      ("read p50 \(time(clients.reads.p50))  p99 \(time(clients.reads.p99))", .normal),
      (
        "acked \(Short.count(Double(snapshot.ledger.acknowledged)))  lost \(snapshot.ledger.lost)  "
          + "stale \(snapshot.ledger.staleReads)",
        snapshot.ledger.lost > 0 ? Style(.vermilion, bold: true) : .normal
      ),
      ("waiting \(clients.waiting)  refused \(clients.refused)", .normal),
      ("timed out \(clients.timedOut)", clients.timedOut > 0 ? Style(.yellow) : .normal),
    ]
    var y = rect.y + 1
    for (text, style) in lines where y < rect.bottom {
      canvas.put(text, at: Point(x: rect.x + 1, y: y), style: style, limit: rect.width - 2)
      y += 1
    }
    guard y < rect.bottom else { return }
    canvas.put(
      sparkline(clients.writesHistory, width: min(60, rect.width - 2), floor: 1),
      at: Point(x: rect.x + 1, y: y), style: Style(.green))
  }

  func latency(_ rect: Rect, on canvas: inout Canvas) {
    guard rect.height > 2, rect.width > 16 else { return }
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1), "ack latency", on: &canvas)
    let buckets = snapshot.clients.acknowledgement.buckets
    let rows = rect.height - 1
    let used = buckets.enumerated().filter { $0.element.count > 0 }.map(\.offset)
    guard let first = used.first, let last = used.last else {
      canvas.put("nothing measured yet", at: Point(x: rect.x + 1, y: rect.y + 1), style: .dim)
      return
    }
    let start = max(first, last - rows + 1)
    let maximum = Double(buckets[start...last].map(\.count).max() ?? 1)
    for (row, bucket) in buckets[start...last].prefix(rows).enumerated() {
      let y = rect.y + 1 + row
      canvas.put(
        "\(glyphs.arrowLeft == "<" ? "<" : "≤")\(Short.milliseconds(bucket.upTo))",
        endingAt: rect.x + 9, y: y, style: .dim)
      let room = rect.width - 18
      let length = Int((Double(bucket.count) / maximum * Double(room)).rounded(.up))
      for x in 0..<max(0, length) {
        canvas[rect.x + 10 + x, y] = Cell(glyphs.applied, Style(.blue))
      }
      canvas.put(
        Short.count(Double(bucket.count)), at: Point(x: rect.x + 11 + max(0, length), y: y),
        style: .dim)
    }
  }

  // MARK: Events

  func events(_ rect: Rect, on canvas: inout Canvas) {
    guard rect.height > 1 else { return }
    let matching = snapshot.events.filter {
      view.filter.isEmpty || $0.text.lowercased().contains(view.filter.lowercased())
        || $0.kind.rawValue.contains(view.filter.lowercased())
    }
    var right = ""
    if !view.filter.isEmpty { right = "/\(view.filter)  \(matching.count) found" }
    if view.eventsBack > 0 { right += "  \(view.eventsBack) back" }
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1), "events", right: right,
      pane: .events, on: &canvas)
    let rows = rect.height - 1
    let end = max(0, matching.count - min(view.eventsBack, max(0, matching.count - rows)))
    let shown = matching[max(0, end - rows)..<end]
    for (row, event) in shown.enumerated() {
      let y = rect.y + 1 + row
      let (word, style) = Self.word(of: event.kind)
      canvas.put(
        Short.clock(event.at, tenths: true), at: Point(x: rect.x + 1, y: y), style: .dim)
      canvas.put(word, at: Point(x: rect.x + 9, y: y), style: style)
      canvas.put(event.text, at: Point(x: rect.x + 16, y: y), limit: rect.width - 17)
    }
  }

  private static func word(of kind: Event.Kind) -> (String, Style) {
    switch kind {
    case .command: ("YOU", Style(.purple, bold: true))
    case .fault: ("FAULT", Style(.vermilion, bold: true))
    case .election: ("ELECT", Style(.orange, bold: true))
    case .log: ("LOG", Style(.blue, bold: true))
    case .clients: ("CLIENT", Style(.green, bold: true))
    case .finding: ("FOUND", Style(.yellow, bold: true))
    case .violation: ("BROKEN", .loud)
    case .note: ("NOTE", .dim)
    }
  }
}
