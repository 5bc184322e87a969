/// Why the program ends with a message: what was wrong, and what would be right.
struct Failure: Error {
  /// The exit statuses, after sysexits.h.
  enum Kind: Int32 {
    case checkFailed = 1
    case usage = 64
    case badScript = 65
    case inputOutput = 74
    case configuration = 78
  }

  var kind: Kind
  /// Lines for the person; each is shown with its control characters made visible.
  var lines: [String]

  init(_ kind: Kind, _ lines: String...) {
    self.kind = kind
    self.lines = lines
  }

  init(_ kind: Kind, lines: [String]) {
    self.kind = kind
    self.lines = lines
  }

  var status: Int32 { kind.rawValue }

  /// Prints the message to standard error.
  func report() {
    for line in lines { Output.error(line.hasPrefix(" ") ? line : "replicascope: " + line) }
  }
}
