import Canvas
import Operations

/// A narration as lines of a width: what was said, what was checked, what is asked.
struct Story {
  /// Pieces of text, one behind the other.
  typealias Line = [(text: String, style: Style)]

  /// The rule above and the line of what comes next below.
  private static let frame = 2
  /// The longest line that eyes find their way back from.
  private static let measure = 96

  /// Columns of a second column, for what was checked; 0 where there is none.
  let aside: Int
  /// The lines, oldest first.
  private(set) var lines: [Line] = []
  /// What was checked, where it has a column of its own.
  private(set) var checked: [Line] = []
  /// The first lines of what was said, each time.
  private var beginnings: [Int] = []
  /// The first line of what is to be read now.
  private var newest = 0
  /// Whether its end is to be seen, wherever it begins.
  private var showsEnd = false
  /// Rows that it takes to read that.
  var needed: Int { lines.count - newest + Self.frame }

  private let glyphs: Glyphs

  /// The lines for a pane of a width and usually so many rows.
  init(_ narration: Narration, width: Int, rows: Int, glyphs: Glyphs = .unicode) {
    self.glyphs = glyphs
    aside = width >= 110 ? min(56, width * 36 / 100) : 0
    let columns = min(Self.measure, width - 2 - (aside > 0 ? aside + 2 : 0))
    let isSpaced = rows >= 10
    if let lesson = narration.lesson {
      teach(narration, lesson, columns, rows: rows)
      if case .failed(let why) = narration.stage { loud("\(glyphs.cross)", why, columns) }
      return
    }
    for (position, text) in narration.said.enumerated() {
      let isNewest = position == narration.said.count - 1
      if isSpaced, position > 0 { lines.append([]) }
      beginnings.append(lines.count)
      if isNewest { newest = lines.count }
      let style = isNewest && narration.question == nil ? Style.bold : isNewest ? .normal : .dim
      lines += Wrap.lines(text, columns).map { [($0, style)] }
    }
    check(narration, columns)
    if let question = narration.question { ask(question, columns) }
    if case .failed(let why) = narration.stage { loud("\(glyphs.cross)", why, columns) }
  }

  /// A lesson's step is read as a whole.
  private mutating func teach(
    _ narration: Narration, _ lesson: LessonNarration, _ columns: Int, rows: Int
  ) {
    lay(narration, lesson, columns, isSpaced: false)
    // Blank lines only where there is room for them.
    let blanks = max(0, narration.said.count - 1) + lesson.choices.count
    guard rows >= 10, blanks > 0, lines.count + blanks + Self.frame <= rows else { return }
    (lines, beginnings) = ([], [])
    lay(narration, lesson, columns, isSpaced: true)
  }

  private mutating func lay(
    _ narration: Narration, _ lesson: LessonNarration, _ columns: Int, isSpaced: Bool
  ) {
    for (position, text) in narration.said.enumerated() {
      if isSpaced, position > 0 { lines.append([]) }
      beginnings.append(lines.count)
      lines += Wrap.lines(text, columns).map { [($0, .bold)] }
    }
    if beginnings.isEmpty { beginnings = [0] }
    // Whoever reads begins above; whoever acts needs what is missing, and the newest hint.
    showsEnd = !lesson.turn.isAbove
    if let question = narration.question { ask(question, columns) }
    for (position, choice) in lesson.choices.enumerated() {
      if isSpaced { lines.append([]) }
      for (row, text) in Wrap.lines(choice, columns - 6).enumerated() {
        let mark = row == 0 ? " \(position + 1) " : "   "
        lines.append([
          ("  ", .normal), (mark, Style(.yellow, bold: true)), (text, .normal),
        ])
      }
    }
    for goal in lesson.goals { lines.append(line(goal)) }
    if let heard = lesson.heard {
      for text in Wrap.lines(heard, columns - 4) {
        lines.append([(" \(glyphs.play) ", Style(.blue, bold: true)), (text, .normal)])
      }
    }
    for (position, hint) in lesson.hints.enumerated() {
      for (row, text) in Wrap.lines(hint, columns - 9).enumerated() {
        lines.append([
          (row == 0 ? " hint \(position + 1) " : "        ", Style(.purple, bold: true)),
          (text, .normal),
        ])
      }
    }
    for event in lesson.events {
      lines.append([
        (" \(Short.clock(event.at, tenths: true)) ", .dim), (event.text, .normal),
      ])
    }
  }

  private func line(_ goal: LessonNarration.Goal) -> Line {
    if goal.isReached {
      return [(" \(glyphs.check) ", Style(.green, bold: true)), (goal.text, .normal)]
    }
    guard let wanted = goal.wanted, goal.holds else {
      return [(" \(glyphs.cross) ", Style(.vermilion, bold: true)), (goal.missing, .normal)]
    }
    let held = "\(Short.fixed(goal.held.seconds, 0)) of \(Short.fixed(wanted.seconds, 0)) s"
    return [
      (" \(glyphs.ellipsis) ", Style(.yellow, bold: true)), (goal.text, .normal),
      ("  \(held)", Style(.yellow, bold: true)),
    ]
  }

  private mutating func ask(_ question: String, _ columns: Int) {
    let style = Style(.yellow, bold: true)
    for (row, text) in Wrap.lines(question, columns - 4).enumerated() {
      lines.append([row == 0 ? (" ? ", style.reversed) : ("   ", .normal), (" " + text, style)])
    }
  }

  private mutating func check(_ narration: Narration, _ columns: Int) {
    var flow: [Line] = []
    for check in narration.checks where check.holds {
      // The number that was found is worth more than that it was enough.
      let isTelling =
        check.found != check.text && check.found.count <= 40 && !check.text.contains("==")
      let line: Line = [
        ("\(glyphs.check) ", Style(.green, bold: true)), (check.text, .normal),
        ("  " + (isTelling ? check.found : "holds"), Style(.green)),
      ]
      flow.append(line)
    }
    if aside > 0 { checked = flow } else { lines += Self.packed(flow, columns).suffix(2) }
    for check in narration.checks where !check.holds {
      // What the play failed by is told below.
      if case .failed(let why) = narration.stage, why.contains(check.text) { continue }
      loud("\(glyphs.cross) FAILED", "\(check.text): \(check.found)", columns)
    }
  }

  /// Several short ones share a line.
  private static func packed(_ pieces: [Line], _ columns: Int) -> [Line] {
    var lines: [Line] = []
    for piece in pieces {
      if let last = lines.last, width(last) + 3 + width(piece) <= columns {
        lines[lines.count - 1] = last + [("   ", .normal)] + piece
      } else {
        lines.append(piece)
      }
    }
    return lines
  }

  private static func width(_ line: Line) -> Int { line.reduce(0) { $0 + Legible.width($1.text) } }

  private mutating func loud(_ word: String, _ text: String, _ columns: Int) {
    let indent = String(repeating: " ", count: Legible.width(word) + 2)
    for (row, text) in Wrap.lines(text, max(8, columns - indent.count - 1)).enumerated() {
      lines.append([(row == 0 ? " \(word) " : indent, .loud), ("\(text) ", .loud)])
    }
  }

  // MARK: What is seen of it

  /// The first line that is seen with so many rows: what is to be read now is seen whole or from its
  /// beginning, what came before only whole.
  func start(rows: Int, scroll: Int = 0) -> Int {
    let last = max(0, lines.count - rows)
    let usual =
      showsEnd ? last : last <= newest ? beginnings.first { $0 >= last } ?? newest : newest
    return max(0, min(usual + scroll, max(usual, last)))
  }
}

extension LessonNarration.Turn {
  /// Whether what stands above is what matters.
  fileprivate var isAbove: Bool {
    switch self {
    case .acts, .broken, .reached: false
    case .reads, .answers, .watches, .over: true
    }
  }
}

/// Words in lines.
enum Wrap {
  /// Breaks a text at its spaces; a word that is longer than a line anywhere.
  static func lines(_ text: String, _ columns: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    var width = 0
    func end() {
      if width > 0 { lines.append(line) }
      (line, width) = ("", 0)
    }
    for word in text.split(whereSeparator: \.isWhitespace) {
      let length = Legible.width(word)
      if width > 0, width + 1 + length > columns { end() }
      if width > 0 {
        line += " "
        width += 1
      }
      if length <= columns {
        line += word
        width += length
        continue
      }
      for character in word {
        let step = Legible.width(String(character))
        if width + step > columns { end() }
        line.append(character)
        width += step
      }
    }
    end()
    return lines
  }
}
