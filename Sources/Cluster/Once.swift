import Synchronization

/// A value that is made when it is first asked for, and then kept.
///
/// Copies of its owner share it: what it is made of must be the same in all of them, and an owner that
/// changes takes a new one.
final class Once<Value: Sendable>: Sendable {
  private let kept = Mutex<Value?>(nil)

  /// The value; `make` is called for the first who asks.
  func value(_ make: () -> Value) -> Value {
    kept.withLock { kept in
      if let kept { return kept }
      let made = make()
      kept = made
      return made
    }
  }
}
