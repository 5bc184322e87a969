import CNcurses
import Canvas

/// Why the terminal can't be used, and what to do about it.
public enum TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Standard input or output is a file or a pipe.
  case notATerminal
  /// The environment doesn't say what the terminal is.
  case noTerm
  /// The terminfo database doesn't know the terminal.
  case unknownTerm(String)
  /// There is no terminfo database.
  case noDatabase
  /// The terminal can't place its cursor, so nothing can be drawn on it.
  case cannotPosition(String)
  /// A screen is open already in this process.
  case alreadyOpen
  /// Not called on the main thread, which alone gets the signals.
  case notOnMainThread
  /// The log that standard error moves to can't be opened, for the reason `errno`.
  case log(path: String, errno: Int32)
  /// Anything else, for the reason `errno`.
  case failed(errno: Int32)

  /// What is wrong, why, and what to do next.
  public var description: String {
    switch self {
    case .notATerminal:
      "standard input or output is not a terminal; run it in one, or use --headless"
    case .noTerm:
      "TERM is not set, so it is unknown what the terminal can do;"
        + " try TERM=xterm-256color, or use --headless"
    case .unknownTerm(let name):
      "the terminal type '\(Legible.shown(name))' is unknown here;"
        + " try TERM=xterm-256color, install ncurses-term, or use --headless"
    case .noDatabase:
      "there is no terminfo database; install ncurses-base (or set TERMINFO), or use --headless"
    case .cannotPosition(let name):
      "a terminal of type '\(Legible.shown(name))' cannot place its cursor;"
        + " run it in another one, or use --headless"
    case .alreadyOpen: "the screen is open already"
    case .notOnMainThread: "the screen can only be opened on the main thread"
    case .log(let path, let errno):
      "the log \(Legible.shown(path)) cannot be opened: \(reason(errno));"
        + " name another file or directory"
    case .failed(let errno): "the terminal cannot be set up: \(reason(errno)); or use --headless"
    }
  }

  /// The error for what the shim found, nil when it opened the screen.
  init?(found: Int32, term: String, errno: Int32) {
    switch found {
    case CNC_OPENED: return nil
    case CNC_NOT_A_TERMINAL: self = .notATerminal
    case CNC_NO_TERM: self = .noTerm
    case CNC_UNKNOWN_TERM: self = .unknownTerm(term)
    case CNC_NO_DATABASE: self = .noDatabase
    case CNC_CANNOT_POSITION: self = .cannotPosition(term)
    default: self = .failed(errno: errno)
    }
  }
}
