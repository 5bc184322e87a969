import Operations

/// Reads any text as a command, as a timed one and as a script: nothing may trap, and where
/// a failure is said to stand must be in the text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
    _ = try? CommandParser.parse(String(line))
    _ = try? CommandParser.parseTimed(String(line))
  }
  _ = ScriptParser.parse(text)
  return 0
}
