import CNcurses
import Canvas

/// From what the terminal sends to keys.
///
/// Curses recognizes the sequences of known keys; bytes of text come through one by one. UTF-8 that
/// is split between two reads waits for its rest; a sequence that nobody knows (Ctrl-Shift-Left on
/// another terminal) is swallowed whole, so that its letters aren't taken for commands.
struct KeyDecoder {
  /// What the bytes so far have led to.
  private enum State: Equatable {
    case text
    /// An escape byte that may stand alone or begin a sequence.
    case escape
    /// Inside an unknown sequence, up to its final byte.
    case sequence([UInt8])
    /// After `ESC O`, which one more byte ends.
    case shiftedSequence
    /// Inside pasted text, up to `ESC [ 201 ~`.
    case paste([UInt8])
  }

  /// What ends a paste.
  private static let pasteEnd = Array("\u{1B}[201~".utf8)
  /// The most bytes of a paste that are kept.
  private static let pasteMaximum = 1 << 16

  private var state = State.text
  /// Bytes of a UTF-8 character that isn't complete.
  private var partial: [UInt8] = []

  /// Takes what was read; returns the keys that it completes.
  mutating func take(_ input: cnc_input) -> [Key] {
    switch input.kind {
    case CNC_BYTE: return take(byte: UInt8(truncatingIfNeeded: input.value))
    case CNC_KEY:
      // A sequence of keys in pasted text is text that nobody wants.
      if case .paste = state { return [] }
      return finish() + (Self.key(input.value).map { [$0] } ?? [])
    case CNC_MOUSE: return finish() + (Self.mouse(input).map { [.mouse($0)] } ?? [])
    default: return finish()
    }
  }

  /// There is nothing more to read now: an escape byte that waits was the Escape key. A partial
  /// character goes on waiting, and so does pasted text; an Escape ends one whose end was lost.
  mutating func finish() -> [Key] {
    switch state {
    case .paste(let bytes):
      guard bytes.last == 0x1B else { return [] }
      return paste(bytes.dropLast())
    case .escape:
      state = .text
      return [.escape]
    default:
      state = .text
      return []
    }
  }

  private mutating func paste(_ bytes: ArraySlice<UInt8>) -> [Key] {
    state = .text
    return [.paste(String(decoding: bytes.prefix(Self.pasteMaximum), as: UTF8.self))]
  }

  private mutating func take(byte: UInt8) -> [Key] {
    switch state {
    case .text:
      return text(byte)
    case .escape where byte == UInt8(ascii: "["):
      state = .sequence([])
      return []
    case .escape where byte == UInt8(ascii: "O"):
      state = .shiftedSequence
      return []
    case .escape:
      state = .text
      return [.escape] + text(byte)
    case .sequence(let bytes):
      guard (0x40...0x7E).contains(byte) else {
        state = .sequence(bytes + [byte])
        return []
      }
      let beginsPaste = byte == UInt8(ascii: "~") && bytes == Array("200".utf8)
      state = beginsPaste ? .paste([]) : .text
      return []
    case .paste(var bytes):
      state = .text
      bytes.append(byte)
      if bytes.suffix(Self.pasteEnd.count) == Self.pasteEnd[...] {
        return paste(bytes.dropLast(Self.pasteEnd.count))
      }
      // Beyond what is kept, only the end matters.
      if bytes.count > 2 * Self.pasteMaximum {
        bytes.removeSubrange(Self.pasteMaximum..<bytes.count - 16)
      }
      state = .paste(bytes)
      return []
    case .shiftedSequence:
      state = .text
      return []
    }
  }

  private mutating func text(_ byte: UInt8) -> [Key] {
    if byte >= 0x80 { return partial(byte) }
    partial.removeAll()
    if byte == 0x1B {
      state = .escape
      return []
    }
    return [Self.key(ascii: byte)]
  }

  /// Adds a byte of a longer character; what can't become one is dropped.
  private mutating func partial(_ byte: UInt8) -> [Key] {
    if byte & 0xC0 != 0x80 { partial.removeAll() }
    partial.append(byte)
    let length =
      switch partial[0] {
      case 0xC2...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF4: 4
      default: 0
      }
    guard partial.count < length else {
      defer { partial.removeAll() }
      guard length > 0, let text = String(validating: partial, as: UTF8.self) else { return [] }
      return text.map(Key.character)
    }
    return []
  }

  /// The key of an ASCII byte.
  private static func key(ascii byte: UInt8) -> Key {
    switch byte {
    case 0x00: .control(" ")
    case 0x08, 0x7F: .backspace
    case 0x09: .tab
    case 0x0A, 0x0D: .enter
    case 0x01...0x1A: .control(Character(Unicode.Scalar(byte + 0x60)))
    case 0x1B: .escape
    case 0x1C...0x1F: .control(Character(Unicode.Scalar(byte + 0x40)))
    default: .character(Character(Unicode.Scalar(byte)))
    }
  }

  private static func key(_ value: Int32) -> Key? {
    switch value {
    case CNC_KEY_UP: .up
    case CNC_KEY_DOWN: .down
    case CNC_KEY_LEFT: .left
    case CNC_KEY_RIGHT: .right
    case CNC_KEY_HOME: .home
    case CNC_KEY_END: .end
    case CNC_KEY_PAGE_UP: .pageUp
    case CNC_KEY_PAGE_DOWN: .pageDown
    case CNC_KEY_BACK_TAB: .backTab
    case CNC_KEY_ENTER: .enter
    case CNC_KEY_BACKSPACE: .backspace
    case CNC_KEY_DELETE: .delete
    case CNC_KEY_INSERT: .insert
    case (CNC_KEY_FUNCTION + 1)...(CNC_KEY_FUNCTION + 63):
      .function(Int(value - CNC_KEY_FUNCTION))
    default: nil
    }
  }

  private static func mouse(_ input: cnc_input) -> MouseEvent? {
    let action: MouseEvent.Action? =
      switch input.value {
      case CNC_MOUSE_PRESS: .press
      case CNC_MOUSE_RELEASE: .release
      case CNC_MOUSE_MIDDLE: .middle
      case CNC_MOUSE_RIGHT: .right
      case CNC_MOUSE_WHEEL_UP: .wheelUp
      case CNC_MOUSE_WHEEL_DOWN: .wheelDown
      default: nil
      }
    return action.map { MouseEvent($0, at: Point(x: Int(input.x), y: Int(input.y))) }
  }
}
