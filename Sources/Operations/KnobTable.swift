import Positions

/// One row of the one table of knobs: flags, `cluster` lines, commands, completion and help come of it.
public struct KnobRow: Sendable {
  /// Flag, script key and command.
  public let name: String
  /// The values that can be chosen, or what they look like.
  public let choices: [String]
  /// What it means, one line.
  public let meaning: String
  /// The models of replication that have it.
  public let models: Set<ReplicationModel>
  /// Whether it can be set at the start only.
  public let isFixed: Bool
  /// The present value as text.
  public let value: @Sendable (Knobs) -> String
  let read: @Sendable (inout Reader) throws(ParseFailure) -> KnobSetting

  /// A row; without `models` it is one that all of them have.
  init(
    name: String, choices: [String], meaning: String,
    models: Set<ReplicationModel> = Set(ReplicationModel.allCases), isFixed: Bool,
    value: @escaping @Sendable (Knobs) -> String,
    read: @escaping @Sendable (inout Reader) throws(ParseFailure) -> KnobSetting
  ) {
    self.name = name
    self.choices = choices
    self.meaning = meaning
    self.models = models
    self.isFixed = isFixed
    self.value = value
    self.read = read
  }
}

/// The knobs.
public enum KnobTable {
  /// The table, in the order of help.
  public static let rows: [KnobRow] =
    startRows + policyRows + failoverRows + versionRows + quorumRows + repairRows + failureRows
    + clientRows

  /// The rows that clusters of a model have, in the order of help.
  public static func rows(of model: ReplicationModel) -> [KnobRow] {
    rows.filter { $0.models.contains(model) }
  }

  /// The row of a name.
  public static func row(_ name: String) -> KnobRow? { rows.first { $0.name == name } }

  /// Reads `value` as knob `name`'s.
  public static func parse(name: String, value: String) throws(ParseFailure) -> KnobSetting {
    var reader = Reader(value)
    return try parse(name: name, from: &reader, at: 0)
  }

  static func parse(
    name: String, from reader: inout Reader, at column: Int
  ) throws(ParseFailure) -> KnobSetting {
    guard let row = row(name) else {
      throw reader.failure(
        "\(name) is no knob", at: column, nearest: Nearest.match(name, in: rows.map(\.name)))
    }
    do {
      let setting = try row.read(&reader)
      try reader.expectEnd()
      return setting
    } catch {
      var error = error
      error.message = "\(name): \(error.message)"
      throw error
    }
  }

  /// What a knob of a few words can be.
  static func choices<Value: RawRepresentable & CaseIterable & Sendable>(
    _ type: Value.Type
  ) -> [String] where Value.RawValue == String { Value.allCases.map(\.rawValue) }

  static func choice<Value: RawRepresentable & CaseIterable & Sendable>(
    _ reader: inout Reader, _ what: String, _ type: Value.Type
  ) throws(ParseFailure) -> Value where Value.RawValue == String {
    let word = try reader.choice(what, choices(type))
    guard let value = Value(rawValue: word) else { throw reader.failure("\(word) is no \(what)") }
    return value
  }

  static func onOff(_ reader: inout Reader) throws(ParseFailure) -> Bool {
    try reader.choice("choice", ["on", "off"]) == "on"
  }
}
