import Positions

/// What could come next at the prompt.
public enum Completion {
  /// The words that could stand where the text ends, as whole words, and how many characters of the
  /// text they replace.
  public static func candidates(
    for text: String, nodes: [NodeID]
  ) -> (words: [String], replacing: Int) {
    let words = text.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
    let isNew = text.last == " " || text.isEmpty
    let begun = isNew ? "" : words.last ?? ""
    let done = isNew ? words : Array(words.dropLast())
    let options: [String]
    if let name = done.first {
      options = arguments(of: name, after: Array(done.dropFirst()), nodes)
    } else {
      options = (CommandParser.names + PromptLine.words.map(\.name)).sorted()
    }
    return (options.filter { $0.hasPrefix(begun) && $0 != begun }, begun.count)
  }

  private static func arguments(
    of name: String, after done: [String], _ nodes: [NodeID]
  ) -> [String] {
    if let knob = KnobTable.row(name) {
      let rest = done.joined(separator: " ")
      return knob.choices.compactMap { choice in
        guard rest.isEmpty || choice.hasPrefix(rest + " ") else { return nil }
        return String(choice.dropFirst(rest.isEmpty ? 0 : rest.count + 1))
      }
    }
    if name == "expect" {
      return ConditionWord.all.map(\.word) + nodes.map { "\($0)." }
    }
    guard let row = CommandTable.row(name) else { return [] }
    var position = done.filter { $0 != "->" }.count
    if name == "site", position >= 1 { position = 1 }
    guard position < row.arguments.count else {
      return name == "load" ? ["rate=", "clients=", "value-size=", "keys="] : []
    }
    switch row.arguments[position] {
    case .node: return nodes.map(\.description) + Reader.partWords
    case .words(let words): return words
    case .free: return []
    }
  }

  /// The longest beginning that all words share.
  public static func commonPrefix(_ words: [String]) -> String {
    guard var prefix = words.first else { return "" }
    for word in words.dropFirst() {
      while !word.hasPrefix(prefix) { prefix.removeLast() }
    }
    return prefix
  }
}
