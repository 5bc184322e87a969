import Positions

/// What could come next at the prompt.
public enum Completion {
  /// The words that could stand where the text ends, as whole words, and how many characters of the
  /// text they replace; only what clusters of the model have.
  public static func candidates(
    for text: String, nodes: [NodeID], model: ReplicationModel
  ) -> (words: [String], replacing: Int) {
    let words = text.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
    let isNew = text.last == " " || text.isEmpty
    let begun = isNew ? "" : words.last ?? ""
    let done = isNew ? words : Array(words.dropLast())
    let options: [String]
    if let name = done.first {
      options = arguments(of: name, after: Array(done.dropFirst()), nodes, model)
    } else {
      let names =
        CommandTable.rows(of: model).map(\.name) + KnobTable.rows(of: model).map(\.name)
      options = (names + PromptLine.words.map(\.name)).sorted()
    }
    return (options.filter { $0.hasPrefix(begun) && $0 != begun }, begun.count)
  }

  private static func arguments(
    of name: String, after done: [String], _ nodes: [NodeID], _ model: ReplicationModel
  ) -> [String] {
    if let knob = KnobTable.row(name) {
      guard knob.models.contains(model) else { return [] }
      let rest = done.joined(separator: " ")
      return knob.choices.compactMap { choice in
        guard rest.isEmpty || choice.hasPrefix(rest + " ") else { return nil }
        return String(choice.dropFirst(rest.isEmpty ? 0 : rest.count + 1))
      }
    }
    if name == "expect" {
      return ConditionWord.all(in: model).map(\.word) + nodes.map { "\($0)." }
    }
    guard let row = CommandTable.row(name), row.models.contains(model) else { return [] }
    var position = done.filter { $0 != "->" }.count
    if name == "site", position >= 1 { position = 1 }
    if position < row.arguments.count { return words(row.arguments[position], nodes, model) }
    if name == "load" { return ["rate=", "clients=", "value-size=", "keys="] }
    let options = row.options.filter { $0.models.contains(model) }
    let given = done.dropFirst(row.arguments.count)
    if !given.count.isMultiple(of: 2), let begun = options.first(where: { $0.name == given.last }) {
      return words(begun.kind, nodes, model)
    }
    return options.map(\.name).filter { !given.contains($0) }
  }

  private static func words(
    _ kind: ArgumentKind, _ nodes: [NodeID], _ model: ReplicationModel
  ) -> [String] {
    switch kind {
    case .node: nodes.map(\.description) + (model == .singleLeader ? Reader.partWords : [])
    case .words(let words): words
    case .free: []
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
