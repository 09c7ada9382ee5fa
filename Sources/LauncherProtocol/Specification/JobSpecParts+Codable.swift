import FoundationEssentials

extension EnvironmentSpec: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case inherit, set }

  public init(from decoder: any Decoder) throws {
    try refuseUnknownKeys(in: decoder, known: CodingKeys.allCases.map(\.rawValue), of: "environment")
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init()
    set = try container.decodeIfPresent(ScalarTable.self, forKey: .set)?.table ?? [:]
    guard container.contains(.inherit) else { return }
    if let names = try? container.decode([String].self, forKey: .inherit) {
      inherit = .some(names)
      return
    }
    switch try container.text(.inherit) {
    case "all", nil: inherit = .all
    case "none": inherit = .none
    case let other?:
      throw DecodingError.dataCorruptedError(
        forKey: .inherit,
        in: container,
        debugDescription: "‘\(other)’ is not known here: write all, none, or a list of names such as [PATH, HOME]"
      )
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch inherit {
    case .all: try container.encode("all", forKey: .inherit)
    case .none: try container.encode("none", forKey: .inherit)
    case .some(let names): try container.encode(names, forKey: .inherit)
    }
    if !set.isEmpty { try container.encode(set, forKey: .set) }
  }
}

extension GPURequest: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case perNode, perTask, total, type }

  /// Reads a plain number as the job's total.
  public init(from decoder: any Decoder) throws {
    if let total = try? decoder.singleValueContainer().decode(Int.self) {
      guard total >= 1 else {
        throw DecodingError.dataCorrupted(
          .init(codingPath: decoder.codingPath, debugDescription: "\(total) is not a count: it has to be 1 or more")
        )
      }
      self.init(.total(total))
      return
    }
    try refuseUnknownKeys(in: decoder, known: CodingKeys.allCases.map(\.rawValue), of: "gpus")
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let counts = [
      try container.count(.perNode).map(Count.perNode), try container.count(.perTask).map(Count.perTask),
      try container.count(.total).map(Count.total),
    ].compactMap { $0 }
    guard counts.count == 1, let count = counts.first else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "say how many once: perNode, perTask or total, such as {perNode: 2}"
        )
      )
    }
    self.init(count, type: try container.text(.type))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch count {
    case .perNode(let count): try container.encode(count, forKey: .perNode)
    case .perTask(let count): try container.encode(count, forKey: .perTask)
    case .total(let count): try container.encode(count, forKey: .total)
    }
    try container.encodeIfPresent(type, forKey: .type)
  }
}

extension MemoryRequest: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case perNode, perCPU, total }

  /// Reads a plain size as the memory of each node.
  public init(from decoder: any Decoder) throws {
    guard (try? decoder.container(keyedBy: CodingKeys.self)) != nil else {
      self = .perNode(try ByteCount(from: decoder))
      return
    }
    try refuseUnknownKeys(in: decoder, known: CodingKeys.allCases.map(\.rawValue), of: "memory")
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let amounts = [
      try container.decodeIfPresent(ByteCount.self, forKey: .perNode).map(MemoryRequest.perNode),
      try container.decodeIfPresent(ByteCount.self, forKey: .perCPU).map(MemoryRequest.perCPU),
      try container.decodeIfPresent(ByteCount.self, forKey: .total).map(MemoryRequest.total),
    ].compactMap { $0 }
    guard amounts.count == 1, let amount = amounts.first else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "say how much once: perNode, perCPU or total, such as {perNode: 4G}"
        )
      )
    }
    self = amount
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .perNode(let amount): try container.encode(amount, forKey: .perNode)
    case .perCPU(let amount): try container.encode(amount, forKey: .perCPU)
    case .total(let amount): try container.encode(amount, forKey: .total)
    }
  }
}

extension ContainerRequest: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case image, runtime, binds }

  /// Reads a plain text as the image.
  public init(from decoder: any Decoder) throws {
    if let image = try? decoder.singleValueContainer().decode(String.self) {
      self.init(image: image)
      return
    }
    try refuseUnknownKeys(in: decoder, known: CodingKeys.allCases.map(\.rawValue), of: "container")
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      image: try container.decode(String.self, forKey: .image),
      runtime: try container.text(.runtime),
      binds: try container.decodeIfPresent([String].self, forKey: .binds) ?? []
    )
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(image, forKey: .image)
    try container.encodeIfPresent(runtime, forKey: .runtime)
    if !binds.isEmpty { try container.encode(binds, forKey: .binds) }
  }
}

extension MailRequest: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case to, on }

  public init(from decoder: any Decoder) throws {
    try refuseUnknownKeys(in: decoder, known: CodingKeys.allCases.map(\.rawValue), of: "mail")
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      to: try container.decodeIfPresent([String].self, forKey: .to) ?? [],
      on: try container.words(Event.self, .on)
    )
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    if !to.isEmpty { try container.encode(to, forKey: .to) }
    try container.encode(on, forKey: .on)
  }
}

extension Moment: Codable {
  public init(from decoder: any Decoder) throws {
    self = try decoder.singleValueContainer().parse { text throws(ValueError) in try Moment(parsing: text) }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(RFC3339.string(from: date))
  }
}
