import Canvas
import Operations
import Positions

/// What is shown: one snapshot, with what belongs beside it.
public struct Scene: Equatable, Sendable {
  /// The cluster.
  public var snapshot: ClusterSnapshot

  /// A scene of one cluster.
  public init(_ snapshot: ClusterSnapshot) { self.snapshot = snapshot }
}

/// The lab's screen as a function of what is there.
public enum Dashboard {
  /// Draws a scene.
  public static func render(
    _ scene: Scene, view: ViewState, size: Size, glyphs: Glyphs
  ) -> Canvas {
    var canvas = Canvas(size: size)
    guard size.holds(Layout.minimum) else {
      tooSmall(size, on: &canvas)
      return canvas
    }
    let pen = Pen(snapshot: scene.snapshot, view: view, glyphs: glyphs)
    let layout = Layout(snapshot: scene.snapshot, view: view, size: size)
    pen.title(layout.title, on: &canvas)
    switch view.mode {
    case .help: pen.help(body(size), on: &canvas)
    case .node: pen.nodePage(body(size), on: &canvas)
    default: pen.panes(layout, on: &canvas)
    }
    pen.messages(above: layout.footer, on: &canvas)
    pen.footer(layout.footer, on: &canvas)
    return canvas
  }

  /// Where the cursor of a line that is being typed stands; nil when nothing is.
  public static func cursor(view: ViewState, size: Size) -> Point? {
    guard size.holds(Layout.minimum) else { return nil }
    let editor: LineEditor
    switch view.mode {
    case .prompt: editor = view.prompt
    case .filter: editor = view.filterLine
    default: return nil
    }
    let before = Legible.width(String(editor.text.prefix(editor.cursor)))
    return Point(x: min(size.columns - 1, 1 + before), y: size.rows - 1)
  }

  private static func body(_ size: Size) -> Rect {
    Rect(x: 0, y: 1, width: size.columns, height: size.rows - 2)
  }

  private static func tooSmall(_ size: Size, on canvas: inout Canvas) {
    canvas.put("replicascope needs \(Layout.minimum); this is \(size).", at: Point(x: 0, y: 0))
    canvas.put("Make the window larger.", at: Point(x: 0, y: 1))
    canvas.put("The cluster runs on. q quits.", at: Point(x: 0, y: 2))
  }
}

/// What every pane draws with.
struct Pen {
  let snapshot: ClusterSnapshot
  let view: ViewState
  let glyphs: Glyphs

  var model: SingleLeaderSnapshot {
    switch snapshot.model {
    case .singleLeader(let model): model
    }
  }

  /// The leader as the node it is.
  var leader: NodeSnapshot? { snapshot.nodes.first { $0.id == model.leader } }

  func panes(_ layout: Layout, on canvas: inout Canvas) {
    lanes(layout, on: &canvas)
    links(layout.links, on: &canvas)
    guarantees(layout.guarantees, on: &canvas)
    clients(layout.clients, on: &canvas)
    latency(layout.latency, on: &canvas)
    events(layout.events, on: &canvas)
  }

  /// A rule with a title in it; brighter when its pane is focused.
  func rule(
    _ rect: Rect, _ title: String, right: String = "", pane: Pane? = nil, on canvas: inout Canvas
  ) {
    let isFocused = pane == view.pane && view.mode == .lab
    let style = isFocused ? Style(.blue, bold: true) : Style(.blue)
    canvas.rule(at: rect.origin, width: rect.width, glyph: glyphs.rule, style: style)
    let used = canvas.put(
      " \(title) ", at: Point(x: rect.x + 1, y: rect.y), style: style, limit: rect.width - 2)
    guard !right.isEmpty, Legible.width(right) + used + 6 <= rect.width else { return }
    canvas.put(" \(right) ", endingAt: rect.right - 2, y: rect.y, style: style)
  }

  // MARK: The first and the last lines

  func title(_ rect: Rect, on canvas: inout Canvas) {
    let clients = snapshot.clients
    let ledger = snapshot.ledger
    let policy = KnobTable.row("ack")?.value(snapshot.knobs) ?? ""
    let running = snapshot.nodes.filter { $0.state == .running || $0.state == .suspect }.count
    let clock =
      snapshot.speed == 0
      ? "\(glyphs.pause)paused"
      : "\(glyphs.play)\(Short.fixed(snapshot.speed, snapshot.speed < 0.2 ? 2 : 1))x"
    // Each part, and how soon it goes when there is no room: 0 never.
    var parts: [(text: String, style: Style, rank: Int)] = [
      ("replicascope", .bold, 3), ("\(policy) \(running)/\(snapshot.nodes.count)", Style(.blue), 0),
      ("term \(model.term.epoch)", .normal, 0),
      (
        "\(clock) \(Short.clock(snapshot.at))",
        snapshot.speed == 0 ? Style(.yellow, bold: true) : .normal, 0
      ),
      ("\(Short.count(clients.writesPerSecond)) wr/s", .normal, 1),
      ("\(Short.count(clients.readsPerSecond)) rd/s", .normal, 4),
      ("p99 \(clients.acknowledgement.p99.map(Short.milliseconds) ?? "-")", .normal, 2),
      ("lost \(ledger.lost)", ledger.lost > 0 ? .loud : Style(.green), 0),
    ]
    if ledger.violationCount > 0 {
      parts.append(("\(ledger.violationCount) VIOLATIONS", .loud, 0))
    }
    parts.append(
      ("stale \(ledger.staleReads)", ledger.staleReads > 0 ? Style(.yellow) : .normal, 5))
    parts.append(("findings \(ledger.findingCount)", .normal, 6))
    parts.append(("acknowledged \(ledger.acknowledged)", .normal, 7))
    parts.append((snapshot.isLive ? "live, real files" : "simulated", .dim, 8))
    func width() -> Int { parts.reduce(0) { $0 + $1.text.count + 2 } }
    while width() > rect.width, let rank = parts.map(\.rank).max(), rank > 0 {
      parts.removeAll { $0.rank == rank }
    }
    var x = rect.x + 1
    for (text, style, _) in parts where x + text.count <= rect.right {
      x += canvas.put(text, at: Point(x: x, y: rect.y), style: style) + 2
    }
  }

  func footer(_ rect: Rect, on canvas: inout Canvas) {
    switch view.mode {
    case .prompt: return line(":", view.prompt, rect, on: &canvas)
    case .filter: return line("/", view.filterLine, rect, on: &canvas)
    default: break
    }
    canvas.fill(rect)
    let key = view.lastKey
    let reserved = key.isEmpty ? 0 : key.count + 3
    if reserved > 0 {
      canvas.put(
        " \(key) ", endingAt: rect.right, y: rect.y, style: Style(.yellow, bold: true).reversed)
    }
    var x = rect.x + 1
    var lead = ""
    if case .link(let intent) = view.mode {
      let node = view.selected?.description ?? ""
      switch intent {
      case .part(nil): lead = "part \(node) from:"
      case .part(.outgoing): lead = "part \(node) \(glyphs.arrowRight)"
      case .part(.incoming): lead = "part \(node) \(glyphs.arrowLeft)"
      case .delay: lead = "delay \(node) to:"
      case .loss: lead = "lossy \(node) to:"
      }
    }
    if !lead.isEmpty {
      x += canvas.put(lead, at: Point(x: x, y: rect.y), style: Style(.purple, bold: true)) + 2
    }
    func label(_ binding: KeyBinding) -> String {
      binding.keys.count > 3 ? binding.label : binding.keys[0].description
    }
    var bindings = Bindings.table(view.mode).filter { !$0.short.isEmpty }
    let all = bindings.reduce(x + 8) { $0 + label($1).count + $1.short.count + 3 }
    if all > rect.right { bindings.removeAll(where: \.isExtra) }
    for binding in bindings {
      let label = label(binding)
      let width = label.count + 1 + binding.short.count
      guard x + width < rect.right - reserved else { continue }
      x += canvas.put(label, at: Point(x: x, y: rect.y), style: .bold) + 1
      x += canvas.put(binding.short, at: Point(x: x, y: rect.y), style: .dim) + 2
    }
  }

  private func line(
    _ sign: String, _ editor: LineEditor, _ rect: Rect, on canvas: inout Canvas
  ) {
    canvas.fill(rect)
    canvas.put(sign, at: rect.origin, style: Style(.yellow, bold: true))
    canvas.put(
      editor.string, at: Point(x: rect.x + 1, y: rect.y), limit: max(0, rect.width - 2))
  }

  /// Toasts, questions, completions and what is wrong with the prompt's line.
  func messages(above footer: Rect, on canvas: inout Canvas) {
    let y = footer.y - 1
    func show(_ text: String, _ style: Style, _ row: Int = 0) {
      let rect = Rect(x: 0, y: y - row, width: footer.width, height: 1)
      canvas.fill(rect)
      canvas.put(" " + text, at: rect.origin, style: style, limit: footer.width)
    }
    if let (_, text) = view.question, view.mode == .confirm {
      return show(text, Style(.orange, bold: true))
    }
    if view.mode == .prompt {
      if let failure = view.prompt.failure {
        show("\(failure)", Style(.vermilion, bold: true), 1)
        let column = Legible.width(String(failure.source.prefix(failure.column - 1)))
        show(String(repeating: " ", count: column) + "^", Style(.vermilion, bold: true))
      } else if !view.prompt.candidates.isEmpty {
        show(view.prompt.candidates.joined(separator: "  "), Style(.dim))
      } else {
        usage(show)
      }
      return
    }
    guard let toast = view.toast else { return }
    switch toast.kind {
    case .done:
      let undo = snapshot.undoable == nil ? "" : "; u undoes the last fault"
      show("\(glyphs.check) \(toast.text)\(undo)", Style(.green, bold: true))
    case .note: show(toast.text, Style(.blue))
    case .refused: show("\(glyphs.cross) \(toast.text)", Style(.vermilion, bold: true))
    }
  }

  /// How the command that is being typed goes on.
  private func usage(_ show: (String, Style, Int) -> Void) {
    let word = view.prompt.string.split(separator: " ").first.map(String.init) ?? ""
    if let row = CommandTable.row(word) {
      show("\(row.usage)   \(row.meaning)", .dim, 0)
    } else if let row = KnobTable.row(word) {
      show(
        "\(row.name) \(row.choices.joined(separator: " | "))   \(row.meaning)"
          + " (now \(row.value(snapshot.knobs)))", .dim, 0)
    }
  }
}
