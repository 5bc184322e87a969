import Foundation
import Scenarios
import Testing

@Suite struct DemoLibraryTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("demo")

  @Test func theProgramHoldsEveryDemoAsItStands() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    let names = files.filter { $0.hasSuffix(".scope") }.map { String($0.dropLast(6)) }
    #expect(DemoLibrary.all.map(\.name) == names.sorted())
    for demo in DemoLibrary.all {
      let url = Self.folder.appendingPathComponent(demo.name + ".scope")
      #expect(try String(contentsOf: url, encoding: .utf8) == demo.text, "\(demo.name)")
    }
  }
}
