import Positions

/// How fast a count grows: a second's worth, over the last second, taken anew at every look.
///
/// What happened a second before a look, and longer, is not in it: a rate over fixed seconds would be
/// up to two seconds old, and show writes where there are none any more.
struct SlidingRate: Sendable {
  /// The growth a second between the two looks that are a second apart; in the first second since the
  /// first look.
  private(set) var perSecond = 0.0
  /// The looks of the last second, and the last one before them.
  private var looks: [(at: Instant, count: Int)] = []

  /// Looks at the count.
  mutating func look(at now: Instant, count: Int) {
    looks.append((now, count))
    let past = looks.lastIndex { $0.at <= now - .seconds(1) } ?? 0
    looks.removeFirst(past)
    let first = looks[0]
    let elapsed = (now - first.at).seconds
    perSecond = elapsed > 0 ? Double(count - first.count) / elapsed : 0
  }
}
