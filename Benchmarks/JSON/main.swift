import Foundation
import LauncherProtocol

// The same statuses, written and read by our JSON and by Foundation's, in turns: compare the ratios, not the seconds.
let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 100_000
let statuses = (1...count).map { number in
  var status = JobStatus(id: "\(number)", state: number % 3 == 0 ? .running : .finished(.failed))
  status.adapter = "slurm"
  status.server = "cluster"
  status.name = "train-\(number)"
  status.user = "ada"
  status.queue = "debug"
  status.exitStatus = number % 3 == 0 ? nil : .code(3)
  status.nodes = ["node\(number % 100)"]
  status.submittedAt = Date(timeIntervalSince1970: 1_790_000_000 + Double(number))
  status.startedAt = status.submittedAt?.addingTimeInterval(60)
  status.directory = "/home/ada/runs/\(number)"
  status.standardOutput = "/home/ada/runs/\(number)/out.txt"
  status.native.state = "RUNNING"
  return status
}

/// Times a piece of work, in seconds.
func seconds(_ work: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  let time = try clock.measure(work)
  return Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
}

let encoder = JSONEncoder()
encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
var texts: [[UInt8]] = []
for status in statuses { texts.append(try JSON.bytes(of: status)) }
let data = texts.map { Data($0) }

var times: [String: [Double]] = [:]
for _ in 0..<5 {
  times["write ours", default: []].append(try seconds { for status in statuses { _ = try JSON.bytes(of: status) } })
  times["write Foundation's", default: []].append(
    try seconds { for status in statuses { _ = try encoder.encode(status) } }
  )
  times["read ours", default: []].append(
    try seconds { for text in texts { _ = try JSON.value(JobStatus.self, from: text) } }
  )
  times["read Foundation's", default: []].append(
    try seconds { for text in data { _ = try JSONDecoder().decode(JobStatus.self, from: text) } }
  )
}

@MainActor
func median(_ name: String) -> Double { (times[name] ?? []).sorted()[2] }
for work in ["write", "read"] {
  let (ours, theirs) = (median("\(work) ours"), median("\(work) Foundation's"))
  print(
    "\(work) \(count) statuses: ours \(ours) s, Foundation's \(theirs) s, ratio \((ours / theirs * 100).rounded() / 100)"
  )
}
