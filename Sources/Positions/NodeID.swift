/// A member of the cluster, shown as `n1`, `n2`, …
///
/// Numbers start at 1 and are never used again within one cluster's life, so that an identity found
/// in a log or a ledger always means the same member.
public struct NodeID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The member's number, from 1.
  public let number: UInt16

  /// Creates the identity of member `number`.
  ///
  /// - Precondition: `number` is at least 1.
  public init(_ number: Int) {
    precondition(number >= 1 && number <= Int(UInt16.max), "a node's number is 1 to 65535")
    self.number = UInt16(number)
  }

  /// Reads `n7`; nil for anything else.
  public init?(_ text: some StringProtocol) {
    guard text.first == "n" || text.first == "N" else { return nil }
    let digits = text.dropFirst()
    guard let number = UInt16(digits), number >= 1, digits.first != "0", digits.first != "+" else {
      return nil
    }
    self.number = number
  }

  /// The position of this member in an array that starts with n1.
  public var offset: Int { Int(number) - 1 }

  public var description: String { "n\(number)" }

  public static func < (left: NodeID, right: NodeID) -> Bool { left.number < right.number }
}

/// A site (data centre) that nodes and clients live in.
public struct SiteID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The site's name, as the operator gave it.
  public let name: String

  /// Creates the identity of the site called `name`.
  public init(_ name: String) { self.name = name }

  public var description: String { name }

  public static func < (left: SiteID, right: SiteID) -> Bool { left.name < right.name }
}
