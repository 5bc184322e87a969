/// What a mouse did, and where.
public struct MouseEvent: Hashable, Sendable {
  /// What was done.
  public enum Action: Hashable, Sendable {
    /// The left button was pressed.
    case press
    /// The left button was released.
    case release
    /// The middle button was pressed.
    case middle
    /// The right button was pressed.
    case right
    /// The wheel was turned away from the person.
    case wheelUp
    /// The wheel was turned toward the person.
    case wheelDown
  }

  /// The cell that it happened over.
  public var position: Point
  /// What was done.
  public var action: Action

  /// Creates an event.
  public init(_ action: Action, at position: Point) {
    self.action = action
    self.position = position
  }
}

/// Something that came in from the terminal: a key, the mouse, a new size, a signal, a wake-up.
public enum Key: Hashable, Sendable {
  /// A character was typed; upper case tells Shift.
  case character(Character)
  /// Control and a character, named in lower case: `control("r")` is Ctrl-r.
  case control(Character)
  /// An arrow key.
  case up, down, left, right
  /// Keys that move farther.
  case home, end, pageUp, pageDown
  /// The tabulator, and with Shift.
  case tab, backTab
  /// Return, on either keypad.
  case enter
  /// Escape alone.
  case escape
  /// Deletes to the left.
  case backspace
  /// Deletes to the right.
  case delete
  /// The insert key.
  case insert
  /// A function key, from 1.
  case function(Int)
  /// Text was pasted, as it is.
  case paste(String)
  /// The mouse.
  case mouse(MouseEvent)
  /// The terminal has this size now; draw again.
  case resize(Size)
  /// A signal (`SIGINT`, `SIGTERM`, `SIGHUP`) asks the program to end.
  case signal(Int32)
  /// The program was suspended and is back; the screen has been drawn again.
  case resumed
  /// The wake descriptor became readable.
  case wake
}

extension Key: CustomStringConvertible {
  /// The name shown in help and footers: `a`, `Ctrl-r`, `PgDn`, `F1`.
  public var description: String {
    switch self {
    case .character(" "): "Space"
    case .character(let character): Legible.shown(character)
    case .control(let character): "Ctrl-" + Legible.shown(character)
    case .up: "Up"
    case .down: "Down"
    case .left: "Left"
    case .right: "Right"
    case .home: "Home"
    case .end: "End"
    case .pageUp: "PgUp"
    case .pageDown: "PgDn"
    case .tab: "Tab"
    case .backTab: "Shift-Tab"
    case .enter: "Enter"
    case .escape: "Esc"
    case .backspace: "Backspace"
    case .delete: "Del"
    case .insert: "Ins"
    case .function(let number): "F\(number)"
    case .paste: "Paste"
    case .mouse(let event): Self.name(event)
    case .resize(let size): "Resize \(size)"
    case .signal(let number): "Signal \(number)"
    case .resumed: "Resumed"
    case .wake: "Wake"
    }
  }

  /// Whether a person did it: a key or the mouse, not a signal or a wake-up.
  public var isInput: Bool {
    switch self {
    case .resize, .signal, .resumed, .wake: false
    default: true
    }
  }

  private static func name(_ event: MouseEvent) -> String {
    switch event.action {
    case .press: "Click"
    case .release: "Release"
    case .middle: "Middle-click"
    case .right: "Right-click"
    case .wheelUp: "Wheel-up"
    case .wheelDown: "Wheel-down"
    }
  }
}
