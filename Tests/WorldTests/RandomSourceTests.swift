import Testing
import World

/// Chance is the same on every machine and in every run: histories are repeated by their seeds.
@Suite struct RandomSourceTests {
  @Test func numbersAreThoseOfXoshiro() {
    // From an implementation in another language of xoshiro256** behind SplitMix64.
    let expected: [(UInt64, [UInt64])] = [
      (
        0,
        [
          0x99EC_5F36_CB75_F2B4, 0xBF6E_1F78_4956_452A, 0x1A5F_849D_4933_E6E0,
          0x6AA5_94F1_262D_2D2C,
        ]
      ),
      (
        1,
        [
          0xB3F2_AF6D_0FC7_10C5, 0x853B_5596_4736_4CEA, 0x92F8_9756_082A_4514,
          0x642E_1C7B_C266_A3A7,
        ]
      ),
      (
        0xDEAD_BEEF,
        [
          0xC555_5444_A74D_7E83, 0x65C3_0D37_B4B1_6E38, 0x54F7_7320_0A4E_FA23,
          0x429A_ED75_FB95_8AF7,
        ]
      ),
    ]
    for (seed, numbers) in expected {
      var random = RandomSource(seed: seed)
      #expect(numbers.map { _ in random.next() } == numbers)
    }
  }

  @Test func derivedNumbersAreFixedToo() {
    var uniform = RandomSource(seed: 7)
    #expect((0..<8).map { _ in uniform.uniform(0..<100) } == [70, 27, 83, 98, 99, 87, 6, 10])
    var unit = RandomSource(seed: 7)
    #expect(
      (0..<3).map { _ in unit.unit() }
        == [0.7005764821796896, 0.2787512294737843, 0.8396274618764198])
  }

  @Test func rangesAreKeptAndFilled() {
    var random = RandomSource(seed: 3)
    var seen = Set<Int>()
    for _ in 0..<2_000 { seen.insert(random.uniform(-5..<6)) }
    #expect(seen == Set(-5..<6))
    for _ in 0..<2_000 {
      let unit = random.unit()
      #expect(unit >= 0 && unit < 1)
      #expect(random.exponential(mean: 2) >= 0)
    }
  }

  @Test func exponentialNumbersHaveTheirMean() {
    var random = RandomSource(seed: 4)
    let count = 20_000
    let mean =
      (0..<count).reduce(0.0) { sum, _ in sum + random.exponential(mean: 3) } / Double(count)
    #expect(abs(mean - 3) < 0.1)
  }

  @Test func copiesAndPartsGoTheirOwnWay() {
    var random = RandomSource(seed: 5)
    var copy = random
    #expect(random == copy)
    #expect(random.next() == copy.next())
    var part = random.split()
    #expect(random != copy)
    #expect(part != random)
    let after = copy.split()
    #expect(part == after)
    #expect(part.next() != random.next())
  }
}
