import AdapterKit
import FoundationEssentials
import Glibc

// pbs-reading LISTING json|xml
//
// Turns a listing of `qstat`, PBS Pro's JSON or Torque's XML, into statuses, as a poll does: in batches that are passed
// on. Prints one line of JSON with the seconds, the number of jobs, their native states, and the process's peak memory
// in MB.

guard CommandLine.arguments.count == 3 else {
  AdapterLog.write("usage: pbs-reading LISTING json|xml")
  exit(64)
}
let family: PBSFamily = CommandLine.arguments[2] == "json" ? .pro : .torque

let clock = ContinuousClock()
let begun = clock.now
var reader = try ListingCommand().reader(family, path: CommandLine.arguments[1])
var batch: [JobStatus] = []
var jobs = 0
var states: [String: Int] = [:]
while let reading = try reader.next() {
  guard case .record(let record) = reading else { continue }
  jobs += 1
  batch.append(record.status(family, source: "qstat"))
  if batch.count == 250 {
    for status in batch { states[status.native.state ?? "", default: 0] += 1 }
    batch.removeAll(keepingCapacity: true)
  }
}
for status in batch { states[status.native.state ?? "", default: 0] += 1 }
let taken = clock.now - begun

var usage = rusage()
getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
struct Figures: Encodable {
  let seconds: Double
  let jobs: Int
  let states: [String: Int]
  let megabytes: Int
}
let seconds = Double(taken.components.seconds) + Double(taken.components.attoseconds) / 1e18
let figures = Figures(seconds: seconds, jobs: jobs, states: states, megabytes: Int(usage.ru_maxrss) / 1024)
print(String(decoding: try JSONEncoder().encode(figures), as: UTF8.self))
