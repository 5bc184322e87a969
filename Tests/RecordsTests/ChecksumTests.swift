import CProcessor
import Testing

/// The pass that makes both of a record's checksums gives what each of them alone gives.
@Suite struct ChecksumTests {
  @Test(arguments: [0, 1, 7, 8, 9, 15, 16, 17, 31, 56, 128, 146, 1000, 4097])
  func onePassGivesTheSameSums(count: Int) {
    let head = (0..<56).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }
    let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 31 + 5) }
    head.withUnsafeBytes { head in
      body.withUnsafeBytes { body in
        for sums in [
          checked_sums(head.baseAddress, 56, 77, body.baseAddress, count),
          checked_sums_by_table(head.baseAddress, 56, 77, body.baseAddress, count),
        ] {
          #expect(sums.head == crc32c_by_table(77, head.baseAddress, 56))
          #expect(sums.body == crc32c_by_table(0, body.baseAddress, count))
        }
      }
    }
  }
}
