import Positions

extension KeyRecord: CustomStringConvertible {
  /// One line; keys and values as their bytes read, whatever they hold.
  public var description: String {
    switch self {
    case .write(let write):
      let depends = write.depends.isEmpty ? "" : " after \(write.depends)"
      return "write \(write.dot)\(depends): \(Self.text(write.key)) = \(write.state)"
    case .taken(let key, let state): return "took over \(Self.text(key)) = \(state)"
    case .taking(let vector): return "takes a state over that shows \(vector)"
    case .reached(let vector): return "knows \(vector)"
    case .hint(let id, let node, let born, let key, let state):
      return "hint \(id) for \(node) since \(born): \(Self.text(key)) = \(state)"
    case .hintDone(let id): return "hint \(id) done"
    case .forgotten(let key): return "forgets \(Self.text(key))"
    }
  }

  static func text(_ bytes: [UInt8]) -> String {
    let shown = String(decoding: bytes.prefix(24), as: UTF8.self)
    return bytes.count > 24 ? "\(shown)… (\(bytes.count) bytes)" : shown
  }
}

extension KeyState: CustomStringConvertible {
  /// One line: the versions that stand, and what is known.
  public var description: String {
    let versions = entries.map { entry in
      let value = entry.payload.map { payload in
        CounterTotals(payload).map { "+\($0.up) -\($0.down)" } ?? KeyRecord.text(payload)
      }
      return "\(value ?? "deleted") [\(entry.dot) at \(entry.clock)]"
    }
    return (versions.isEmpty ? "nothing" : versions.joined(separator: " | ")) + " of \(context)"
  }
}
