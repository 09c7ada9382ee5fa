import Glibc

/// What a job's processes used, as the kernel reported it when each ended.
struct UsageCount {
  var cpuSeconds = 0.0
  /// The largest process, or, if it was measured, the largest sum over all of them; in bytes.
  var peakMemory: Int64 = 0

  mutating func add(_ used: rusage) {
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    cpuSeconds += seconds(used.ru_utime) + seconds(used.ru_stime)
    peakMemory = max(peakMemory, Int64(used.ru_maxrss) * 1024)
  }
}
