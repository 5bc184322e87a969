import Positions

// The commands that change and read keys.
extension CommandTable {
  private static let several: Set<ReplicationModel> = [.multiLeader, .leaderless]

  private static func place(
    _ name: String, _ models: Set<ReplicationModel>
  ) -> CommandRow.Option {
    CommandRow.Option(name: name, usage: "N", kind: .node, models: models)
  }

  private static let level = CommandRow.Option(
    name: "level", usage: ConsistencyLevel.allCases.map(\.rawValue).joined(separator: "|"),
    kind: .words(ConsistencyLevel.allCases.map(\.rawValue)), models: [.leaderless])

  private static let by = CommandRow.Option(
    name: "by", usage: "X", kind: .free("1"), models: several)

  /// A command that changes a key and takes `at N` and `level L`.
  private static func change(
    _ name: String, _ usage: String, _ meaning: String,
    models: Set<ReplicationModel> = several, takes argument: String? = nil,
    _ read: @escaping @Sendable (inout Reader) throws(ParseFailure) -> KeyChange
  ) -> CommandRow {
    CommandRow(
      name: name, usage: "\(name) \(usage)", meaning: meaning, models: models,
      arguments: [.free("key")] + (argument.map { [.free($0)] } ?? []),
      options: [place("at", several), level],
      read: { (reader) throws(ParseFailure) in
        let key = try reader.text("a key")
        let change = try read(&reader)
        return .change(key: key, change, try reader.requestOptions(place: "at"))
      })
  }

  /// A command that changes a counter and takes `by X` too.
  private static func count(
    _ name: String, _ meaning: String, sign: Int64
  ) -> CommandRow {
    CommandRow(
      name: name, usage: "\(name) K", meaning: meaning, models: several,
      arguments: [.free("key")], options: [by, place("at", several), level],
      read: { (reader) throws(ParseFailure) in
        let key = try reader.text("a key")
        var count = 1
        let options = try reader.requestOptions(place: "at") { (reader) throws(ParseFailure) in
          count = try reader.integer("how much", 1...1_000_000_000)
        }
        return .change(key: key, .add(sign * Int64(count)), options)
      })
  }

  static let keyRows: [CommandRow] = [
    change(
      "write", "K V", "write a value", models: Set(ReplicationModel.allCases), takes: "value"
    ) { (reader) throws(ParseFailure) in .value(try reader.text("a value")) },
    change("delete", "K", "delete a key") { (_) throws(ParseFailure) in .delete },
    count("increment", "add to a counter", sign: 1),
    count("decrement", "take away from a counter", sign: -1),
    change("insert", "K ELEMENT", "put an element into a set", takes: "element") {
      (reader) throws(ParseFailure) in .insert(try reader.text("an element"))
    },
    change("discard", "K ELEMENT", "take an element out of a set", takes: "element") {
      (reader) throws(ParseFailure) in .discard(try reader.text("an element"))
    },
    CommandRow(
      name: "read", usage: "read K", meaning: "read a key", arguments: [.free("key")],
      options: [place("from", Set(ReplicationModel.allCases)), level],
      read: { (reader) throws(ParseFailure) in
        .read(key: try reader.text("a key"), try reader.requestOptions(place: "from"))
      }),
    CommandRow(
      name: "choose", usage: "choose K V", meaning: "end a conflict: V replaces all siblings",
      models: several, arguments: [.free("key"), .free("value")],
      read: { (reader) throws(ParseFailure) in
        .choose(key: try reader.text("a key"), value: try reader.text("a value"))
      }),
    CommandRow(
      name: "watch", usage: "watch K", meaning: "look at one key on all of its replicas",
      models: several, arguments: [.free("key")],
      read: { (reader) throws(ParseFailure) in .watch(key: try reader.text("a key")) }),
    CommandRow(
      name: "repair", usage: "repair [N]",
      meaning: "compare what a node, or each, holds with the others now", models: [.leaderless],
      arguments: [.node],
      read: { (reader) throws(ParseFailure) in
        .repair(reader.isAtEnd ? nil : try reader.node())
      }),
  ]
}

extension Reader {
  /// Reads what may follow a request: `at N` (or `from N`), `level L`, and `by X` where `count` reads
  /// it, each at most once.
  fileprivate mutating func requestOptions(
    place: String, by count: ((inout Reader) throws(ParseFailure) -> Void)? = nil
  ) throws(ParseFailure) -> RequestOptions {
    var options = RequestOptions()
    var given: Set<String> = []
    let names = (count == nil ? [] : ["by"]) + [place, "level"]
    while !isAtEnd {
      let start = position
      let name = try option(names)
      guard given.insert(name).inserted else { throw failure("\(name) is given twice", at: start) }
      switch name {
      case "by": try count?(&self)
      case "level":
        let level = try choice("level", ConsistencyLevel.allCases.map(\.rawValue))
        options.level = ConsistencyLevel(rawValue: level)
      default: options.node = try node()
      }
    }
    return options
  }

  private mutating func option(_ names: [String]) throws(ParseFailure) -> String {
    let start = position
    let name = try word("an option")
    if names.contains(name) { return name }
    let nearest = Nearest.match(name, in: names)
    throw failure(
      "\(name) is no option (\(names.joined(separator: ", ")))"
        + (nearest == nil ? "; a text of several words stands in quotation marks" : ""),
      at: start, nearest: nearest)
  }
}
