#if canImport(Glibc)
  import Glibc
#endif

/// A queue from any thread to one that waits, with a deadline.
final class Mailbox<Element: Sendable>: @unchecked Sendable {
  // Every access to `elements`, `isWoken` and `isClosed` is made with `mutex` held, and the mutex and
  // the condition live at fixed addresses until deinit.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var elements: [Element] = []
  private var isWoken = false
  private var isClosed = false

  init() {
    mutex = .allocate(capacity: 1)
    condition = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }

  /// Puts an element in and wakes whoever waits.
  func put(_ element: Element) {
    locked { elements.append(element) }
    pthread_cond_signal(condition)
  }

  /// Wakes whoever waits, now or next.
  func wake() {
    locked { isWoken = true }
    pthread_cond_signal(condition)
  }

  /// Lets whoever waits go for good.
  func close() {
    locked { isClosed = true }
    pthread_cond_broadcast(condition)
  }

  /// What a wait gave.
  enum Wait {
    case elements([Element])
    case woken
    case deadline
    case closed
  }

  /// Takes all elements at once; waits for one until `deadline` (monotonic nanoseconds; nil: for ever).
  func take(until deadline: Int64?) -> Wait {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if !elements.isEmpty {
        let taken = elements
        elements = []
        return .elements(taken)
      }
      if isClosed { return .closed }
      if isWoken {
        isWoken = false
        return .woken
      }
      if let deadline {
        if MonotonicClock.now >= deadline { return .deadline }
        var time = timespec(
          tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
        pthread_cond_timedwait(condition, mutex, &time)
      } else {
        pthread_cond_wait(condition, mutex)
      }
    }
  }
}

/// The machine's clock that never goes back.
public enum MonotonicClock {
  /// Nanoseconds since some moment before the program began.
  public static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
