/// Reads one line of the commands' language, word by word.
struct Reader {
  private let characters: [Character]
  private let source: String
  private(set) var position = 0

  init(_ text: some StringProtocol) {
    source = String(text)
    characters = Array(text)
  }

  /// A failure at `column` (or here), counted from 0.
  func failure(_ message: String, at column: Int? = nil, nearest: String? = nil) -> ParseFailure {
    ParseFailure(
      column: (column ?? position) + 1, source: source, message: message, nearest: nearest)
  }

  mutating func skipSpace() {
    while position < characters.count, characters[position].isWhitespace { position += 1 }
  }

  var isAtEnd: Bool {
    mutating get {
      skipSpace()
      return position >= characters.count
    }
  }

  private static func isWord(_ character: Character) -> Bool {
    !character.isWhitespace && !"\"(),=".contains(character)
  }

  /// The character that comes next, and the one after it.
  var character: Character? { position < characters.count ? characters[position] : nil }
  var following: Character? {
    position + 1 < characters.count ? characters[position + 1] : nil
  }

  /// The next character that is no space.
  mutating func nextCharacter() -> Character? {
    skipSpace()
    return character
  }

  /// Takes characters as long as they are `wanted`.
  mutating func take(_ wanted: (Character) -> Bool) -> String {
    let start = position
    while position < characters.count, wanted(characters[position]) { position += 1 }
    return String(characters[start..<position])
  }

  /// Goes to a position of the line.
  mutating func move(to position: Int) { self.position = min(position, characters.count) }

  /// What stands from one position to another, without space around it.
  func text(from start: Int, to end: Int) -> String {
    var (start, end) = (start, end)
    while start < end, characters[start].isWhitespace { start += 1 }
    while start < end, characters[end - 1].isWhitespace { end -= 1 }
    return String(characters[start..<max(start, end)])
  }

  /// The next word, nil at the end or before punctuation; `->` is a word.
  mutating func peekWord() -> String? {
    let start = position
    defer { position = start }
    return nextWord()
  }

  mutating func nextWord() -> String? {
    skipSpace()
    let start = position
    if has("->") {
      position += 2
      return "->"
    }
    while position < characters.count, Self.isWord(characters[position]), !has("->") {
      position += 1
    }
    return position > start ? String(characters[start..<position]) : nil
  }

  private func has(_ text: String) -> Bool {
    let wanted = Array(text)
    return position + wanted.count <= characters.count
      && Array(characters[position..<position + wanted.count]) == wanted
  }

  /// Reads a word, which `what` names in the failure.
  mutating func word(_ what: String) throws(ParseFailure) -> String {
    skipSpace()
    guard let word = nextWord() else {
      throw failure(
        position < characters.count
          ? "\(what) is expected here, not \(characters[position])" : "\(what) is expected here")
    }
    return word
  }

  /// Where a word stands in the line, from 0; nil where it does not.
  func column(of word: String) -> Int? {
    let wanted = Array(word)
    let last = characters.count - wanted.count
    guard last >= 0 else { return nil }
    return (0...last).first { start in
      let end = start + wanted.count
      return Array(characters[start..<end]) == wanted
        && (start == 0 || !characters[start - 1].isLetter)
        && (end == characters.count || !characters[end].isNumber)
    }
  }

  /// Takes `punctuation` if it comes next.
  mutating func take(_ punctuation: Character) -> Bool {
    skipSpace()
    guard position < characters.count, characters[position] == punctuation else { return false }
    position += 1
    return true
  }

  mutating func takeWord(_ wanted: String) -> Bool {
    guard peekWord() == wanted else { return false }
    _ = nextWord()
    return true
  }

  /// A quoted text, or everything up to the next space.
  mutating func text(_ what: String) throws(ParseFailure) -> String {
    skipSpace()
    let start = position
    guard position < characters.count else { throw failure("\(what) is expected here") }
    guard characters[position] == "\"" else {
      while position < characters.count, !characters[position].isWhitespace { position += 1 }
      return String(characters[start..<position])
    }
    position += 1
    var text = ""
    while position < characters.count, characters[position] != "\"" {
      if characters[position] == "\\", position + 1 < characters.count { position += 1 }
      text.append(characters[position])
      position += 1
    }
    guard position < characters.count else {
      throw failure("the quotation mark is never closed", at: start)
    }
    position += 1
    return text
  }

  /// What is left of the line.
  mutating func rest() -> String {
    skipSpace()
    defer { position = characters.count }
    var end = characters.count
    while end > position, characters[end - 1].isWhitespace { end -= 1 }
    return String(characters[position..<max(position, end)])
  }

  mutating func expectEnd() throws(ParseFailure) {
    guard !isAtEnd else { return }
    let start = position
    let extra = rest()
    throw failure("there is more than the command takes: \(extra)", at: start)
  }
}
