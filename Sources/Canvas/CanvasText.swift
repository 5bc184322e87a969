/// Screens as text, for golden tests and plain output, and back.
extension Canvas {
  /// The characters, a line a row, without the blanks at the end of each.
  public func text() -> [String] {
    (0..<size.rows).map { row in
      let line = cells[row * size.columns..<(row + 1) * size.columns]
      let end = line.lastIndex { $0.character != " " }.map { $0 + 1 } ?? line.startIndex
      return String(line[..<end].lazy.filter { !$0.isRightHalf }.map(\.character))
    }
  }

  /// The characters and the styles, to be read back by ``parse(_:)``.
  ///
  /// The first line is the size. Each row is a line `|text`, followed, where anything in it is
  /// styled, by a line `:styles` with a mark below each character: a letter for a tint (`d`im,
  /// `o`range, `b`lue, `g`reen, `y`ellow, `v`ermilion, `p`urple, `l`oud), a capital for bold, `N`
  /// for bold in normal colours, and digits, then other letters, for everything else, explained by
  /// lines `=0 style` at the end.
  public func styledText() -> [String] {
    var legend = StyleLegend()
    var lines = [size.description]
    for (row, text) in text().enumerated() {
      lines.append("|" + text)
      let styles = cells[row * size.columns..<(row + 1) * size.columns].map(\.style)
      guard let last = styles.lastIndex(where: { $0 != .normal }) else { continue }
      lines.append(":" + String(styles[...last].map { legend.mark(for: $0) }))
    }
    return lines + legend.explanations
  }

  /// Reads what ``styledText()`` wrote.
  ///
  /// - Throws: ``CanvasTextError`` that names the line.
  public static func parse(_ lines: [String]) throws -> Canvas {
    guard let first = lines.first, let size = Size(first) else {
      throw CanvasTextError(line: 1, reason: "the first line is a size such as 80x24")
    }
    var canvas = Canvas(size: size)
    let legend = try StyleLegend(explanations: lines)
    var row = -1
    for (offset, line) in lines.enumerated().dropFirst() {
      if line.hasPrefix("|") {
        row += 1
        canvas.put(line.dropFirst(), at: Point(x: 0, y: row))
      } else if line.hasPrefix(":") {
        try canvas.paint(line.dropFirst(), row: row, legend, line: offset + 1)
      } else if !line.hasPrefix("=") {
        throw CanvasTextError(line: offset + 1, reason: "a line begins with | or : or =")
      }
    }
    return canvas
  }

  private mutating func paint(
    _ marks: Substring, row: Int, _ legend: StyleLegend, line: Int
  ) throws {
    for (x, mark) in marks.enumerated() {
      guard let style = legend.style(for: mark) else {
        throw CanvasTextError(line: line, reason: "no style is called \(Legible.shown(mark))")
      }
      self[x, row].style = style
    }
  }
}

/// Why a text is not a screen.
public struct CanvasTextError: Error, Hashable, CustomStringConvertible {
  /// The line, from 1.
  public let line: Int
  /// What is wrong there.
  public let reason: String

  /// `line 3: what is wrong`.
  public var description: String { "line \(line): \(reason)" }
}

/// The one-character names of styles in a golden screen.
struct StyleLegend {
  /// Styles that no letter stands for, in the order in which they were met.
  private var others: [Style] = []

  init() {}

  /// Reads the lines `=0 style` among `lines`, wherever they are.
  init(explanations lines: [String]) throws {
    for (offset, line) in lines.enumerated() where line.hasPrefix("=") {
      let words = line.dropFirst().split(separator: " ")
      guard words.first == Substring(String(Self.mark(at: others.count))),
        let style = Self.style(words: words.dropFirst())
      else {
        throw CanvasTextError(line: offset + 1, reason: "not a style, or out of order")
      }
      others.append(style)
    }
  }

  /// A line for each style that no letter stands for.
  var explanations: [String] {
    others.enumerated().map { "=\(Self.mark(at: $0)) \(Self.words($1))" }
  }

  /// The mark of `style`, newly made where it needs one.
  mutating func mark(for style: Style) -> Character {
    if let letter = Self.letter(style) { return letter }
    if let index = others.firstIndex(of: style) { return Self.mark(at: index) }
    others.append(style)
    return Self.mark(at: others.count - 1)
  }

  /// The style that `mark` stands for.
  func style(for mark: Character) -> Style? {
    if let index = others.indices.first(where: { Self.mark(at: $0) == mark }) {
      return others[index]
    }
    return Tint.allCases.lazy.flatMap { [Style($0), Style($0, bold: true)] }
      .first { Self.letter($0) == mark }
  }

  /// The marks of the first styles: digits, then the letters that no tint has.
  private static let marks = Array("0123456789acefhijkmqrstuwxzACEFHIJKMQRSTUWXZ")

  /// The mark of the style at `index`, from one of 20,000 ideographs when the letters are used up.
  private static func mark(at index: Int) -> Character {
    if index < marks.count { return marks[index] }
    return Unicode.Scalar(UInt32(0x4E00 + index)).map { Character($0) } ?? Legible.substitute
  }

  private static func letter(_ style: Style) -> Character? {
    guard style.background == nil, !style.reverse, !style.underline else { return nil }
    if style == .normal { return " " }
    let letter = style.tint.name.prefix(1)
    return Character(style.bold ? letter.uppercased() : String(letter))
  }

  private static func words(_ style: Style) -> String {
    var words = [style.tint.name]
    if let background = style.background { words.append("on-" + background.name) }
    if style.bold { words.append("bold") }
    if style.reverse { words.append("reverse") }
    if style.underline { words.append("underline") }
    return words.joined(separator: " ")
  }

  private static func style(words: some Collection<Substring>) -> Style? {
    guard let tint = words.first.flatMap(Tint.init(name:)) else { return nil }
    var style = Style(tint)
    for word in words.dropFirst() {
      switch word {
      case "bold": style.bold = true
      case "reverse": style.reverse = true
      case "underline": style.underline = true
      default:
        guard word.hasPrefix("on-"), let background = Tint(name: word.dropFirst(3)) else {
          return nil
        }
        style.background = background
      }
    }
    return style
  }
}

extension Tint {
  /// The name in golden screens, which begins with a letter of its own.
  var name: String { "\(self)" }

  init?(name: Substring) {
    guard let tint = Tint.allCases.first(where: { $0.name == name }) else { return nil }
    self = tint
  }
}
