import Canvas
import Operations
import Positions

/// The first line, the last line, and what is said above it.
extension Pen {
  /// The top line of a lesson before there is a cluster.
  func courseTitle(_ lesson: LessonNarration, _ rect: Rect, on canvas: inout Canvas) {
    let place = lesson.number > 0 ? "lesson \(lesson.number) of \(lesson.count)" : "lesson"
    let parts = ["workshop", lesson.part, place, "\(lesson.minutes) min"]
    put(
      " replicascope  " + parts.filter { !$0.isEmpty }.joined(separator: "  "),
      at: rect.origin, style: Style(.blue, bold: true), limit: rect.width, on: &canvas)
  }

  func title(_ rect: Rect, on canvas: inout Canvas) {
    let clients = snapshot.clients
    let ledger = snapshot.ledger
    let running = snapshot.nodes.filter { $0.state == .running || $0.state == .suspect }.count
    // Where nothing is to be written, it is the reads that count.
    let readsRule = clients.load.workload == .c
    // Each part, and how soon it goes when there is no room: 0 never.
    var parts: [(text: String, style: Style, rank: Int)] = [
      ("replicascope", .bold, 40),
      ("\(snapshot.ruling) \(running)/\(snapshot.nodes.count)", Style(.blue), 0),
    ]
    if snapshot.replication == .singleLeader { parts.append(reign) }
    parts += [
      clock(),
      ("\(Short.count(clients.writesPerSecond)) wr/s", .normal, readsRule ? 50 : 10),
      ("\(Short.count(clients.readsPerSecond)) rd/s", .normal, readsRule ? 10 : 50),
      (
        "p99 \(clients.recentAcknowledgement.p99.map(Short.milliseconds) ?? "-")", .normal, 30
      ),
    ]
    if let name = systemName(rect.width) {
      parts.insert((name, Style(.orange, bold: true), 1), at: 1)
    }
    if let history = snapshot.history {
      parts.insert(("sim \(history.seed)", Style(.purple), 15), at: 1)
    }
    // More wait than there are clients: the load comes faster than it is served.
    let queue = clients.waiting - (clients.load.clients ?? 0)
    if queue > 0, queue > clients.load.clients ?? 0 {
      parts.append(("queue \(Short.count(Double(queue)))", Style(.yellow, bold: true), 20))
    }
    parts.append(("lost \(snapshot.lost)", snapshot.lost > 0 ? .loud : Style(.green), 0))
    parts += versionParts
    if let other { parts.append(lost(inOther: other, isShort: rect.width < 70)) }
    if view.isRecording {
      parts.append(("\(glyphs.record) REC", Style(.vermilion, bold: true), 0))
    }
    if ledger.violationCount > 0 {
      parts.append(("\(ledger.violationCount) VIOLATIONS", .loud, 0))
    }
    parts.append(
      ("stale \(ledger.staleReads)", ledger.staleReads > 0 ? Style(.yellow) : .normal, 60))
    parts.append(("findings \(ledger.findingCount)", .normal, 70))
    parts.append(("acknowledged \(Short.grouped(ledger.acknowledged))", .normal, 80))
    parts.append((snapshot.isLive ? "live, real files" : "simulated", .dim, 90))
    func width() -> Int { parts.reduce(0) { $0 + $1.text.count + 2 } }
    while width() > rect.width, let rank = parts.map(\.rank).max(), rank > 0 {
      parts.removeAll { $0.rank == rank }
    }
    // What is left is said in fewer words, before the end of it is cut off.
    for (long, short) in shorter where width() > rect.width {
      if let part = parts.firstIndex(where: { $0.text == long }) { parts[part].text = short }
    }
    var x = rect.x + 1
    for (text, style, _) in parts where x < rect.right {
      x +=
        put(
          text, at: Point(x: x, y: rect.y), style: style, limit: rect.right - x, on: &canvas) + 2
    }
  }

  /// The system whose preset the cluster has, with its release where there is room.
  private func systemName(_ width: Int) -> String? {
    guard let profile = snapshot.knobs.preset?.profile else { return nil }
    return width < 100 ? profile.title : "\(profile.title) \(profile.release)"
  }

  private var shorter: [(long: String, short: String)] {
    var words = [(long: clock().text, short: clock(isShort: true).text)]
    if snapshot.replication == .singleLeader {
      words.insert((reign.text, "\(model.leaders.count) \(terms.leaders)"), at: 0)
    }
    if let other, snapshot.replication != .singleLeader {
      words.append((lost(inOther: other).text, lost(inOther: other, isShort: true).text))
    }
    return words
  }

  /// The clock: how fast it goes and where it stands. What is past says so, as loudly as can be.
  func clock(isShort: Bool = false) -> (text: String, style: Style, rank: Int) {
    // While a learner reads or is asked, time stands too.
    let isPaused = snapshot.speed == 0 || view.turn != nil && view.stage == .waitsForKey
    let pace =
      isPaused
      ? String(glyphs.pause)
      : "\(glyphs.play)\(Short.fixed(snapshot.speed, snapshot.speed < 0.2 ? 2 : 1))x"
    if let history = snapshot.history, snapshot.isPast {
      let (now, end) = (
        Short.clock(snapshot.at, tenths: true), Short.clock(history.end, tenths: true)
      )
      return (" \(pace) PAST \(now) \(isShort ? "" : "of \(end) ")", .loud, 0)
    }
    let now = Short.clock(snapshot.at, tenths: isPaused && snapshot.history != nil)
    return (
      "\(pace)\(isPaused ? "paused" : "") \(now)", isPaused ? Style(.yellow, bold: true) : .normal,
      0
    )
  }

  /// The term; or every leader with its own, when there is more than one.
  private var reign: (text: String, style: Style, rank: Int) {
    let leaders = snapshot.nodes.filter { model.leaders.contains($0.id) }
    guard leaders.count > 1 else {
      let whose = model.leader.map(\.description) ?? "-"
      let text = terms.term.map { "\($0) \(model.term.epoch)" }
      return (text ?? "\(terms.leader.lowercased()) \(whose)", .normal, 5)
    }
    let each = leaders.map { terms.term == nil ? "\($0.id)" : "\($0.id) t\($0.term.epoch)" }
    return ("\(leaders.count) \(terms.leaders) \(each.joined(separator: " + "))", .loud, 0)
  }

  func footer(_ rect: Rect, on canvas: inout Canvas) {
    switch view.mode {
    case .prompt: return line(":", view.prompt, rect, on: &canvas)
    case .filter: return line("/", view.filterLine, rect, on: &canvas)
    default: break
    }
    canvas.fill(rect)
    let key = view.lastKey
    let reserved = key.isEmpty ? 0 : Legible.width(key) + 3
    if reserved > 0 {
      canvas.put(
        " \(key) ", endingAt: rect.right, y: rect.y, style: Style(.yellow, bold: true).reversed)
    }
    var x = rect.x + 1
    if case .link(let intent) = view.mode {
      x +=
        canvas.put(
          lead(intent), at: Point(x: x, y: rect.y), style: Style(.purple, bold: true)) + 2
    }
    for (label, word) in view.footer(snapshot, room: rect.right - x) {
      let width = label.count + 1 + word.count
      guard x + width < rect.right - reserved else { continue }
      x += canvas.put(label, at: Point(x: x, y: rect.y), style: .bold) + 1
      x += canvas.put(word, at: Point(x: x, y: rect.y), style: .dim) + 2
    }
  }

  private func lead(_ link: LinkIntent) -> String {
    let node = view.selected?.description ?? ""
    let what =
      switch link.fault {
      case .part: "part"
      case .delay: "delay"
      case .loss: "lossy"
      }
    return switch link.direction {
    case nil: "\(what) \(node):"
    case .outgoing: "\(what) \(node)\(glyphs.arrowRight)"
    case .incoming: "\(what) \(glyphs.arrowRight)\(node)"
    }
  }

  private func line(
    _ sign: String, _ editor: LineEditor, _ rect: Rect, on canvas: inout Canvas
  ) {
    canvas.fill(rect)
    let window = editor.window(rect.width - 2)
    let sign = window.skipped > 0 ? String(glyphs.ellipsis) : sign
    canvas.put(sign, at: rect.origin, style: Style(.yellow, bold: true))
    put(
      window.text, at: Point(x: rect.x + 1, y: rect.y), limit: max(0, rect.width - 1), on: &canvas)
  }

  // MARK: Messages

  /// Toasts, questions, completions and what is wrong with the prompt's line.
  func messages(_ rect: Rect, on canvas: inout Canvas) {
    guard !rect.isEmpty else { return }
    canvas.fill(rect)
    func show(_ text: String, _ style: Style, _ row: Int = 0) {
      put(
        " " + text, at: Point(x: rect.x, y: rect.y + row), style: style, limit: rect.width,
        on: &canvas)
    }
    if let question = view.question, view.mode == .confirm {
      return show(question.text, Style(.orange, bold: true))
    }
    if view.mode == .prompt {
      if let failure = view.prompt.failure {
        show("\(failure)", Style(.vermilion, bold: true))
        let column = Legible.width(String(failure.source.prefix(max(0, failure.column - 1))))
        let shown = column - view.prompt.window(rect.width - 2).skipped
        show(
          String(repeating: " ", count: max(0, min(shown, rect.width - 2))) + "^",
          Style(.vermilion, bold: true), 1)
      } else if !view.prompt.candidates.isEmpty {
        candidates(rect, on: &canvas)
      } else {
        usage(show)
      }
      return
    }
    guard let toast = view.toast else { return }
    switch toast.kind {
    case .done:
      let undo = toast.isFault ? snapshot.undoable.map { "; u undoes \($0)" } ?? "" : ""
      let style = Style(.green, bold: true)
      guard toast.isFork else { return show("\(glyphs.check) \(toast.text)\(undo)", style) }
      // What to do next is said, however long the rest is.
      let hint = "; = compares the endings"
      let used = put(
        " \(glyphs.check) \(toast.text)", at: rect.origin, style: style,
        limit: rect.width - hint.count, on: &canvas)
      canvas.put(hint, at: Point(x: rect.x + used, y: rect.y), style: style)
    case .note: show("\(glyphs.arrowRight) \(toast.text)", Style(.blue))
    case .refused: show("\(glyphs.cross) \(toast.text)", Style(.vermilion, bold: true))
    }
  }

  /// The words that could stand here, from the chosen one's neighbourhood on.
  private func candidates(_ rect: Rect, on canvas: inout Canvas) {
    let words = view.prompt.candidates
    let chosen = view.prompt.chosen ?? 0
    var start = 0
    func width(_ range: Range<Int>) -> Int { words[range].reduce(1) { $0 + $1.count + 2 } }
    while start < chosen, width(start..<chosen + 1) > rect.width - 2 { start += 1 }
    var x = rect.x + 1
    if start > 0 {
      canvas[x, rect.y] = Cell(glyphs.ellipsis, .dim)
      x += 2
    }
    for (position, word) in words.enumerated().dropFirst(start) {
      guard x + word.count <= rect.right - 2 else {
        canvas[min(x, rect.right - 1), rect.y] = Cell(glyphs.ellipsis, .dim)
        break
      }
      let isChosen = position == view.prompt.chosen
      x +=
        canvas.put(
          word, at: Point(x: x, y: rect.y), style: isChosen ? Style(.yellow).reversed : .dim) + 2
    }
  }

  /// How the command that is being typed goes on.
  private func usage(_ show: (String, Style, Int) -> Void) {
    let word = view.prompt.string.split(separator: " ").first.map(String.init) ?? ""
    if let row = CommandTable.row(word) {
      show("\(row.usage(in: snapshot.knobs.model))   \(row.meaning)", .dim, 0)
    } else if let row = KnobTable.row(word) {
      show(
        "\(row.name) \(row.choices.joined(separator: " | "))   \(row.meaning)"
          + " (now \(row.value(snapshot.knobs)))", .dim, 0)
    }
  }
}
