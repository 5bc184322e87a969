import CTexts
import Operations

/// The demos that are part of the program.
public enum DemoLibrary {
  /// One of them.
  public struct Demo: Equatable, Sendable {
    /// What it is called: `failover`.
    public var name: String
    /// Its script.
    public var text: String
  }

  /// All, by name.
  public static let all: [Demo] = (0..<texts_count()).compactMap { number in
    guard let name = texts_name(number), let bytes = texts_bytes(number) else { return nil }
    let buffer = UnsafeBufferPointer(start: bytes, count: texts_size(number))
    return Demo(
      name: String(cString: name), text: String(decoding: buffer, as: UTF8.self))
  }.sorted { $0.name < $1.name }

  /// The one of a name; nil when there is none.
  public static func demo(_ name: String) -> Demo? { all.first { $0.name == name } }
}
