import AdapterKit
import Foundation

// lsf-reading LISTING
//
// Turns the output of `bjobs -o … -json` into statuses, as a poll does: in batches that are passed on. Prints one line
// of JSON with the seconds, the number of jobs, their native states, and the process's peak memory in MB.

guard CommandLine.arguments.count == 2 else {
  FileHandle.standardError.write(Data("usage: lsf-reading LISTING\n".utf8))
  exit(64)
}

let clock = ContinuousClock()
let begun = clock.now
var listing = try JSONListing(path: CommandLine.arguments[1])
var batch: [JobStatus] = []
var jobs = 0
var states: [String: Int] = [:]
while let record = try listing.next() {
  guard case .job(let row) = record else { continue }
  jobs += 1
  batch.append(row.status)
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
