import Foundation
import Testing

/// Keeps the design's arrows: which module may import which, and what pure ones must not reach for.
@Suite struct ArchitectureTests {
  /// Every module with what it may import, besides the standard library.
  static let arrows: [String: Set<String>] = [
    "Positions": [],
    "Records": ["Positions", "CProcessor"],
    "CProcessor": [],
    "Canvas": [],
    "WriteAheadLog": ["Positions", "Records", "CProcessor", "Collections"],
    "CSystem": [],
    "World": [
      "Positions", "WriteAheadLog", "CProcessor", "CSystem", "Collections", "Synchronization",
      "Glibc",
    ],
    "Replication": ["Positions", "Records", "CProcessor", "Collections"],
    "Checking": ["Positions", "CProcessor", "Collections"],
    "Operations": ["Positions"],
    "Cluster": [
      "Positions", "Records", "WriteAheadLog", "World", "Replication", "Checking", "Operations",
      "Collections", "Histogram", "Synchronization", "Glibc",
    ],
    "CTexts": [],
    "Scenarios": ["Positions", "Operations", "CTexts"],
    "Workshop": ["Positions", "Operations", "Scenarios", "CTexts"],
    "Dashboard": ["Positions", "Canvas", "Operations"],
    "CNcurses": [],
    "Terminal": ["Canvas", "CNcurses", "Glibc"],
    "replicascope": [
      "Cluster", "Scenarios", "Workshop", "Dashboard", "Terminal", "Canvas", "Operations",
      "Replication",
      "World",
      "WriteAheadLog", "Records", "Positions", "ArgumentParser", "Synchronization", "Glibc",
      "Foundation", "FoundationEssentials",
    ],
  ]

  /// Modules that open no file, read no clock, draw no random number and start no task.
  static let pure = [
    "Positions", "Records", "WriteAheadLog", "Replication", "Checking", "Operations", "Scenarios",
    "Workshop", "Dashboard", "Canvas",
  ]

  static var root: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
  }

  static func sources(_ module: String) throws -> [(name: String, lines: [String])] {
    let folder = root.appendingPathComponent("Sources/\(module)")
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    return try names.sorted().filter { $0.hasSuffix(".swift") }.map { name in
      let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
      return (name, text.components(separatedBy: "\n"))
    }
  }

  @Test func everyModuleIsInTheTable() throws {
    let folder = Self.root.appendingPathComponent("Sources")
    let found = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(Set(found) == Set(Self.arrows.keys))
  }

  @Test(arguments: arrows.keys.sorted())
  func importsPointDown(module: String) throws {
    let allowed = try #require(Self.arrows[module])
    for (name, lines) in try Self.sources(module) {
      for line in lines {
        let words = line.split(separator: " ").map(String.init)
        guard let position = words.firstIndex(of: "import"), position <= 1,
          words.count > position + 1
        else { continue }
        let imported = words[position + 1]
        #expect(allowed.contains(imported), "\(module)/\(name) imports \(imported)")
      }
    }
  }

  @Test(arguments: pure)
  func pureModulesReachForNothing(module: String) throws {
    let forbidden = [
      "Task {", "Task.detached", "async ", "await ", "Date(", ".random(", "SystemRandom",
      "ContinuousClock", "Hasher()", "hashValue", "clock_gettime", "arc4random", "fopen(",
      "DispatchQueue", "Thread",
    ]
    for (name, lines) in try Self.sources(module) {
      for line in lines where !line.trimmingCharacters(in: .whitespaces).hasPrefix("//") {
        for word in forbidden {
          #expect(!line.contains(word), "\(module)/\(name) reaches for \(word)")
        }
      }
    }
  }

  @Test func theTopLevelHoldsNothingElse() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.root.path)
    let allowed: Set = [
      "Package.swift", "Package.resolved", "Sources", "Tests", "README.md", "demo",
    ]
    for name in names where !name.hasPrefix(".") {
      #expect(allowed.contains(name), "\(name) at the top level")
    }
  }

  @Test func uncheckedSendableIsProved() throws {
    for module in Self.arrows.keys {
      for (name, lines) in try Self.sources(module) {
        for (number, line) in lines.enumerated() where line.contains("@unchecked Sendable") {
          let next = number + 1 < lines.count ? lines[number + 1] : ""
          #expect(
            next.trimmingCharacters(in: .whitespaces).hasPrefix("//"),
            "\(module)/\(name):\(number + 1) does not say why")
        }
      }
    }
  }
}
