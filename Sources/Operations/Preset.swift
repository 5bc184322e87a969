import Positions

/// A real system, whose semantics, defaults and names a cluster takes on.
public enum Preset: String, Sendable, CaseIterable {
  /// PostgreSQL streaming replication, without a failover manager.
  case postgres
  /// MySQL source and replicas, semi-synchronous where it is asked for.
  case mysql
  /// A MongoDB replica set.
  case mongodb
  /// Amazon's Dynamo as its paper has it.
  case dynamo
  /// Apache Cassandra.
  case cassandra
  /// Riak KV.
  case riak

  /// What it sets, what it lacks, what it calls things.
  public var profile: PresetProfile {
    switch self {
    case .postgres: .postgres
    case .mysql: .mysql
    case .mongodb: .mongodb
    case .dynamo: .dynamo
    case .cassandra: .cassandra
    case .riak: .riak
    }
  }

  /// Why the system has no such knob, or no such value of it; nil when it has, and for what the preset
  /// sets so itself.
  func refusal(of setting: KnobSetting) -> String? {
    let name = setting.name
    if case .model(let model) = setting, model != profile.model {
      return "model: \(profile.title) is \(profile.model.rawValue)"
    }
    guard let lack = profile.lacks.first(where: { $0.forbids(setting) }) else { return nil }
    var knobs = Knobs()
    knobs.apply(.preset(self))
    let own = knobs
    knobs.apply(setting)
    guard knobs != own else { return nil }
    let what = lack.values.isEmpty ? "no such knob" : "no such choice"
    return "\(name): \(profile.title) has \(what): \(lack.why)"
  }
}

/// A real system as a table: every setting with the system's own name for it and where that is written.
public struct PresetProfile: Sendable {
  /// A knob's value under the preset.
  public struct Row: Sendable {
    /// The knob and its value here.
    public var setting: KnobSetting
    /// What the system calls it, with its default.
    public var own: String
    /// Where that is written.
    public var source: String

    init(_ setting: KnobSetting, _ own: String, _ source: String) {
      self.setting = setting
      self.own = own
      self.source = source
    }
  }

  /// A knob, or some of its values, that the system does not have.
  public struct Lack: Sendable {
    /// The knob.
    public var knob: String
    /// The first words of the values that it does not have; empty: none of them.
    public var values: [String]
    /// Why, one line.
    public var why: String

    init(_ knob: String, only values: [String] = [], _ why: String) {
      self.knob = knob
      self.values = values
      self.why = why
    }

    func forbids(_ setting: KnobSetting) -> Bool {
      guard setting.name == knob else { return false }
      return values.isEmpty || values.contains(String(setting.value.prefix { $0 != " " }))
    }
  }

  /// The system's name.
  public var title: String
  /// Which release the names and defaults are those of.
  public var release: String
  /// Who takes writes.
  public var model: ReplicationModel
  /// What is set.
  public var rows: [Row]
  /// What can't be set.
  public var lacks: [Lack]
  /// What things are called.
  public var terms: PresetTerms
  /// What of the system is not reproduced, one line each.
  public var leftOut: [String]
}

extension Knobs {
  /// What things are called.
  public var terms: PresetTerms { preset?.profile.terms ?? PresetTerms() }
}
