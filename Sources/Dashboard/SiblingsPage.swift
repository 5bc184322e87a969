import Canvas
import Operations
import Positions

/// A version among the siblings of a key: what a choice points at, whatever else comes and goes.
public struct SiblingChoice: Hashable, Sendable {
  /// The key.
  public var key: String
  /// The version.
  public var dot: Dot

  /// A version of a key.
  public init(key: String, dot: Dot) {
    (self.key, self.dot) = (key, dot)
  }
}

extension VersionsSnapshot {
  /// Every version that can be chosen, key by key.
  var choices: [SiblingChoice] {
    siblingKeys.flatMap { key in key.versions.map { SiblingChoice(key: key.key, dot: $0.dot) } }
  }
}

/// The page on which one of several versions of a key is chosen.
extension Pen {
  /// A line of it: a key, or one of its versions.
  private enum Line {
    case key(SiblingsSnapshot)
    case version(SiblingChoice, VersionSnapshot)
  }

  func siblingsPage(_ rect: Rect, on canvas: inout Canvas) {
    guard let versions = snapshot.model.versions else { return }
    let count = versions.siblings
    rule(
      Rect(x: rect.x, y: rect.y, width: rect.width, height: 1),
      "\(Short.grouped(count)) key\(count == 1 ? "" : "s") with siblings",
      right: "Enter: this version stands   Esc goes back", on: &canvas)
    let inner = Rect(x: rect.x, y: rect.y + 1, width: rect.width, height: rect.height - 1)
    guard count > 0 else {
      canvas.put(
        "no key has siblings now", at: Point(x: rect.x + 2, y: inner.y), style: Style(.green))
      return
    }
    var lines: [Line] = []
    for key in versions.siblingKeys {
      lines.append(.key(key))
      lines += key.versions.map { .version(SiblingChoice(key: key.key, dot: $0.dot), $0) }
    }
    let chosen = view.choice ?? versions.choices.first
    let position =
      lines.firstIndex {
        if case .version(let choice, _) = $0 { choice == chosen } else { false }
      } ?? 0
    let start = max(0, min(position - inner.height / 2, lines.count - inner.height))
    for (row, line) in lines.dropFirst(start).prefix(inner.height).enumerated() {
      draw(
        line, isChosen: start + row == position,
        Rect(x: inner.x, y: inner.y + row, width: inner.width, height: 1), on: &canvas)
    }
    let y = inner.y + lines.count - start
    if count > versions.siblingKeys.count, y < inner.bottom {
      canvas.put(
        "and \(Short.counted(count - versions.siblingKeys.count, "key")) more",
        at: Point(x: rect.x + 2, y: y), style: .dim)
    }
  }

  private func draw(_ line: Line, isChosen: Bool, _ rect: Rect, on canvas: inout Canvas) {
    switch line {
    case .key(let key):
      put(
        key.key, at: Point(x: rect.x + 2, y: rect.y), style: Style(.yellow, bold: true),
        limit: rect.width - 3, on: &canvas)
    case .version(_, let version):
      let style = isChosen ? Style(.yellow, bold: true).reversed : .normal
      if isChosen { canvas.fill(rect, with: Cell(" ", style)) }
      if isChosen { canvas[rect.x + 2, rect.y] = Cell(glyphs.selection, style) }
      let half = rect.width / 2
      put(
        version.shown, at: Point(x: rect.x + 4, y: rect.y), style: isChosen ? style : .bold,
        limit: half - 5, on: &canvas)
      let writer = version.dot.actor.node.map(\.description) ?? "?"
      put(
        "by \(writer), its clock said \(Short.clock(version.clock, tenths: true))",
        at: Point(x: rect.x + half, y: rect.y), style: style, limit: half - 1, on: &canvas)
    }
  }
}

/// Keys of that page, and of the conflicts that lead to it.
extension ViewState {
  mutating func openSiblings(_ snapshot: ClusterSnapshot, _ milliseconds: Int) {
    guard let versions = snapshot.model.versions, versions.siblings > 0 else {
      show(.note("no key has siblings now: there is nothing to choose"), at: milliseconds)
      return
    }
    if choice.map({ !versions.choices.contains($0) }) ?? true { choice = versions.choices.first }
    mode = .siblings
  }

  mutating func siblingsIntent(
    _ intent: Intent, _ snapshot: ClusterSnapshot, _ milliseconds: Int
  ) -> [Action] {
    let choices = snapshot.model.versions?.choices ?? []
    let position = choice.flatMap { choices.firstIndex(of: $0) } ?? 0
    switch intent {
    case .up: choice = choices.isEmpty ? nil : choices[max(0, position - 1)]
    case .down: choice = choices.isEmpty ? nil : choices[min(choices.count - 1, position + 1)]
    case .first: choice = choices.first
    case .last: choice = choices.last
    case .submit: return choose(snapshot, milliseconds)
    default: mode = home
    }
    return []
  }

  private mutating func choose(_ snapshot: ClusterSnapshot, _ milliseconds: Int) -> [Action] {
    let versions = snapshot.model.versions
    let chosen = choice ?? versions?.choices.first
    let key = versions?.siblingKeys.first { $0.key == chosen?.key }
    guard let key, let version = key.versions.first(where: { $0.dot == chosen?.dot }) else {
      show(.refused("that version is gone; choose another, or Esc"), at: milliseconds)
      choice = versions?.choices.first
      return []
    }
    mode = home
    choice = nil
    // To choose the deletion is to delete what stands beside it.
    guard let value = version.value else {
      return [.command(.change(key: key.key, .delete))]
    }
    return [.command(.choose(key: key.key, value: value))]
  }

  /// Looks at the key that is selected among the siblings, or had the newest conflict.
  mutating func watchNewest(_ snapshot: ClusterSnapshot, _ milliseconds: Int) -> [Action] {
    let versions = snapshot.model.versions
    guard let key = versions?.newest.last?.key ?? versions?.siblingKeys.first?.key else {
      show(.note("no key had a conflict yet; :watch KEY looks at any"), at: milliseconds)
      return []
    }
    return [.command(.watch(key: key))]
  }
}
