import Positions

/// What a system's own tool would print now, as far as the snapshot knows it.
public struct SystemStatus: Equatable, Sendable {
  /// A column: its head, and how soon it goes where there is no room (0: never).
  public struct Column: Equatable, Sendable {
    /// As the tool writes it.
    public var name: String
    /// The greater, the sooner it goes.
    public var rank: Int
    /// Whether its cells may be cut short.
    public var shrinks: Bool

    init(_ name: String, _ rank: Int = 0, shrinks: Bool = false) {
      self.name = name
      self.rank = rank
      self.shrinks = shrinks
    }
  }

  /// A table of what a tool prints.
  public struct Table: Equatable, Sendable {
    /// The command, or what the table is about.
    public var title: String
    /// The columns.
    public var columns: [Column]
    /// The rows, a cell a column.
    public var rows: [[String]]
    /// What is said where there are no rows.
    public var empty: String
    /// Whether a record is shown a column where rows are too long, as the tool's expanded display does.
    public var expands = false

    init(_ title: String, _ columns: [Column], empty: String = "(0 rows)") {
      self.title = title
      self.columns = columns
      rows = []
      self.empty = empty
    }
  }

  /// The tool.
  public var title: String
  /// What it prints.
  public var tables: [Table]
  /// What is worth knowing about it, a line each.
  public var notes: [String]

  init(_ title: String) {
    self.title = title
    tables = []
    notes = []
  }

  /// The view of the system whose preset the cluster has.
  ///
  /// - Parameters:
  ///   - snapshot: the cluster.
  ///   - host: the node that the tool asks, where answers differ by node; nil: one that runs.
  public init(_ snapshot: ClusterSnapshot, asked host: NodeID?) {
    guard let preset = snapshot.knobs.preset else {
      self.init("a real system's own view")
      notes = [
        "No preset: start with --preset postgres (or mysql, mongodb, dynamo, cassandra, riak)"
          + " to see here what that system's own tools would show."
      ]
      return
    }
    let view = SystemView(snapshot, asked: host)
    self =
      switch preset {
      case .postgres: view.postgres
      case .mysql: view.mysql
      case .mongodb: view.mongodb
      case .cassandra: view.cassandra
      case .dynamo: view.dynamo
      case .riak: view.riak
      }
  }
}

/// A snapshot, and the node that a tool asks.
struct SystemView {
  let snapshot: ClusterSnapshot
  let host: NodeSnapshot?

  init(_ snapshot: ClusterSnapshot, asked wanted: NodeID?) {
    self.snapshot = snapshot
    let running = snapshot.nodes.filter { $0.state == .running || $0.state == .suspect }
    host =
      running.first { $0.id == wanted }
      ?? running.first { $0.id == snapshot.model.singleLeader?.leader } ?? running.first
  }

  var model: SingleLeaderSnapshot { snapshot.model.singleLeader ?? SingleLeaderSnapshot() }

  func node(_ id: NodeID?) -> NodeSnapshot? { snapshot.nodes.first { $0.id == id } }

  /// Whether a node's process takes part; a frozen one keeps its connections.
  func isUp(_ node: NodeSnapshot) -> Bool {
    switch node.state {
    case .running, .suspect, .frozen, .recovering: true
    case .dead, .fenced, .refused: false
    }
  }

  /// Whether a link is cut one way or the other.
  func isCut(_ one: NodeID, _ other: NodeID) -> Bool {
    snapshot.links.contains {
      $0.isCut && ($0.from == one && $0.to == other || $0.from == other && $0.to == one)
    }
  }

  func names(_ ids: [NodeID]) -> String { ids.map(\.description).joined(separator: ", ") }
}

/// How tools write times and shares.
enum ToolText {
  /// PostgreSQL's interval, to the millisecond: `00:00:01.240`.
  static func interval(_ time: Interval) -> String {
    let total = max(0, time.nanoseconds) / 1_000_000
    return "\(two(total / 3_600_000)):\(two(total / 60_000 % 60)):\(two(total / 1000 % 60))."
      + digits(total % 1000, 3)
  }

  /// `12.4 s`.
  static func seconds(_ time: Interval) -> String {
    let tenths = (max(0, time.nanoseconds) + 50_000_000) / 100_000_000
    return "\(tenths / 10).\(tenths % 10) s"
  }

  /// `60.0%`.
  static func percent(_ share: Double) -> String {
    let tenths = Int((share * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10)%"
  }

  private static func two(_ value: Int64) -> String { digits(value, 2) }

  private static func digits(_ value: Int64, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}
