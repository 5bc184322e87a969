/// Which characters may stand in a cell, and what is shown instead of the others.
///
/// Text on the screen may come from a client, a script or a damaged file. It must neither control the
/// terminal nor shift the columns to its right, so only characters are let through that every
/// terminal draws one column wide, or two, left to right.
public enum Legible {
  /// What stands for a character that is combining, right to left or invisible, or whose width
  /// terminals disagree about.
  public static let substitute: Character = "?"

  /// Whether terminals draw `character` as exactly one column: a single scalar below U+2E80, with
  /// a shape of its own, from a left-to-right script, and not an emoji.
  ///
  /// - Note: stricter than `wcwidth`, on purpose: what terminals disagree about isn't used.
  public static func isNarrow(_ character: Character) -> Bool {
    narrowScalar(character) != nil
  }

  /// Whether terminals draw `character` as exactly two columns: a single scalar of the East Asian
  /// scripts, or one of the older emoji.
  public static func isWide(_ character: Character) -> Bool { wideScalar(character) != nil }

  /// The scalar of a character that is two columns wide, or nil.
  static func wideScalar(_ character: Character) -> Unicode.Scalar? {
    let scalars = character.unicodeScalars
    let scalar = scalars[scalars.startIndex]
    guard scalars.index(after: scalars.startIndex) == scalars.endIndex, isWide(scalar) else {
      return nil
    }
    return scalar
  }

  static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x3041...0x3096, 0x309B...0x30FF, 0x3001...0x3029, 0x3105...0x312F, 0x3131...0x318E,
      0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7A3, 0xF900...0xFAD9, 0xFF01...0xFF60,
      0xFFE0...0xFFE6, 0x20000...0x2A6DF:
      return true
    case 0x1F300...0x1F64F, 0x1F680...0x1F6C5, 0x1F910...0x1F9C0:
      return scalar.properties.isEmojiPresentation && !scalar.properties.isEmojiModifier
    default:
      return false
    }
  }

  /// The scalar that a cell holds for `character`.
  static func narrow(_ character: Character) -> Unicode.Scalar {
    narrowScalar(character) ?? "?"
  }

  /// The scalar of a character that is one column wide, or nil.
  private static func narrowScalar(_ character: Character) -> Unicode.Scalar? {
    let scalars = character.unicodeScalars
    let scalar = scalars[scalars.startIndex]
    guard scalars.index(after: scalars.startIndex) == scalars.endIndex else { return nil }
    switch scalar.value {
    case 0x20...0x7E, 0xC0...0x17F, 0x2500...0x25FC: return scalar  // most of what is ever shown
    case 0...0x9F: return nil
    default: return isNarrow(scalar) ? scalar : nil
    }
  }

  /// What is shown for `character`: itself, `^X` for a control character, `\u{9b}` for a control
  /// beyond ASCII or an invisible formatting character, or else ``substitute``.
  public static func shown(_ character: Character) -> String {
    if isNarrow(character) || isWide(character) { return String(character) }
    let scalars = character.unicodeScalars
    guard let escapes = allEscaped(scalars) else { return String(substitute) }
    return escapes
  }

  /// Whether a character controls terminals or is invisible, so that it is shown as an escape.
  public static func isControl(_ character: Character) -> Bool {
    !isNarrow(character) && !isWide(character) && allEscaped(character.unicodeScalars) != nil
  }

  /// `text` as it is shown.
  public static func shown(_ text: some StringProtocol) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return String(text) }
    return text.reduce(into: "") { $0 += shown($1) }
  }

  /// The number of columns that `text` takes as it is shown.
  public static func width(_ text: some StringProtocol) -> Int {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text.utf8.count }
    return shown(text).reduce(0) { $0 + (isWide($1) ? 2 : 1) }
  }

  /// The escapes of a character made of controls alone (CR LF is one such), or nil.
  private static func allEscaped(_ scalars: Character.UnicodeScalarView) -> String? {
    var text = ""
    for scalar in scalars {
      guard let escape = escape(scalar) else { return nil }
      text += escape
    }
    return text
  }

  /// The visible form of a control or formatting character, or nil for any other.
  private static func escape(_ scalar: Unicode.Scalar) -> String? {
    if scalar.value < 0x20 {
      return "^" + String(Unicode.Scalar(UInt8(scalar.value) + 0x40))
    }
    if scalar.value == 0x7F { return "^?" }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse:
      return "\\u{" + String(scalar.value, radix: 16) + "}"
    default:
      return nil
    }
  }

  /// Whether a scalar beyond ASCII is one column wide.
  private static func isNarrow(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x00A1...0x02FF, 0x0370...0x0482, 0x048A...0x058F, 0x1E00...0x2E7F: break
    default: return false
    }
    switch scalar.value {
    case 0x2329...0x232A, 0x2630...0x2637, 0x268A...0x268F: return false  // wide, or newly so
    default: break
    }
    switch scalar.properties.generalCategory {
    case .control, .format, .nonspacingMark, .spacingMark, .enclosingMark, .lineSeparator,
      .paragraphSeparator, .spaceSeparator, .unassigned, .privateUse, .surrogate:
      return false
    default:
      return !scalar.properties.isEmojiPresentation
    }
  }
}
