/// What a job has used so far, or in total once it has finished.
public struct ResourceUsage: Hashable, Sendable {
  /// Processor time, user and system, over all its processes.
  public var cpuTime: Duration?
  /// The most memory it held at any one time.
  public var peakMemory: ByteCount?
  /// The time it ran, without pauses.
  public var walltime: Duration?

  /// Makes a usage; a figure that no source reported stays `nil`.
  public init(cpuTime: Duration? = nil, peakMemory: ByteCount? = nil, walltime: Duration? = nil) {
    self.cpuTime = cpuTime
    self.peakMemory = peakMemory
    self.walltime = walltime
  }
}

extension ResourceUsage: Codable {
  private enum CodingKeys: String, CodingKey {
    case cpuSeconds, peakMemoryBytes, walltimeSeconds
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    cpuTime = try container.decodeIfPresent(Double.self, forKey: .cpuSeconds).flatMap(Duration.init(safeSeconds:))
    peakMemory = try container.decodeIfPresent(Int64.self, forKey: .peakMemoryBytes).map(ByteCount.init)
    walltime = try container.decodeIfPresent(Double.self, forKey: .walltimeSeconds)
      .flatMap(Duration.init(safeSeconds:))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(cpuTime?.inSeconds, forKey: .cpuSeconds)
    try container.encodeIfPresent(peakMemory?.bytes, forKey: .peakMemoryBytes)
    try container.encodeIfPresent(walltime?.inSeconds, forKey: .walltimeSeconds)
  }
}
