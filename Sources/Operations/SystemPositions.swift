import Positions

extension PositionNotation {
  /// Bytes of a binary log file: max_binlog_size.
  private static let fileSize: UInt64 = 1 << 30

  /// A position as the system writes it; an optime cannot be told from a position alone.
  public func text(_ position: LSN) -> String {
    switch self {
    case .lsn, .optime: return position.description
    case .binlog: return "\(Self.file(of: position)):\(Self.offset(of: position))"
    }
  }

  /// The same where there is little room: `1:3837712`, the file's number and the place in it.
  public func short(_ position: LSN) -> String {
    guard self == .binlog else { return text(position) }
    return "\(position.rawValue / Self.fileSize + 1):\(Self.offset(of: position))"
  }

  /// `binlog.000001`: the file that a position is in.
  public static func file(of position: LSN) -> String {
    let digits = String(position.rawValue / fileSize + 1)
    return "binlog." + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }

  /// The place in that file.
  public static func offset(of position: LSN) -> UInt64 { position.rawValue % fileSize }
}

extension ClusterSnapshot {
  /// A position as the preset's system writes it; PostgreSQL's way where there is no preset.
  ///
  /// - Parameters:
  ///   - position: the position.
  ///   - optime: that of the last record before it, where it is known.
  public func position(_ position: LSN, _ optime: Optime?) -> String {
    let notation = knobs.terms.notation
    guard notation == .optime else { return notation.text(position) }
    return optime?.description ?? "-"
  }
}
