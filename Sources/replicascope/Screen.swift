import Cluster
import Terminal

struct Screen {
  var engine: LiveEngine
  var alarm: Alarm
  var options: Terminal.Options

  func run() throws -> Int32 { 0 }
}
