import AdapterKit

/// A request for nodes in the user's own words, from a script's `#PBS` lines or native arguments:
/// `select=2:ncpus=4:mem=2gb` of PBS Pro, `nodes=2:ppn=4` of Torque.
///
/// What the specification asks for in addition is merged into it, chunk by chunk, so that the rest of it is kept.
struct ChunkRequest {
  /// A number of equal chunks of nodes.
  struct Chunk {
    /// How many; `nil` for a host by its name.
    var number: Int?
    /// `ncpus=4`, `bigmem`, a host's name.
    var words: [String]

    /// The value of a word such as `ncpus=4`.
    func value(_ name: String) -> Int? {
      words.first { $0.hasPrefix(name + "=") }.flatMap { Int($0.dropFirst(name.count + 1)) }
    }

    /// Sets a word, in its place if it is there.
    mutating func set(_ name: String, _ value: String) {
      let word = "\(name)=\(value)"
      if let place = words.firstIndex(where: { $0.hasPrefix(name + "=") }) {
        words[place] = word
      } else {
        words.append(word)
      }
    }

    var text: String { ((number.map { ["\($0)"] } ?? []) + words).joined(separator: ":") }
  }

  /// As it is written: `select=2:ncpus=4`.
  let text: String
  /// Where it is written.
  let source: String
  /// Its chunks; none if it is not understood.
  private(set) var chunks: [Chunk]

  /// How many nodes or chunks it has.
  var count: Int { chunks.reduce(0) { $0 + ($1.number ?? 1) } }

  /// The resources with which PBS Pro's jobs asked for one chunk before there was `select`.
  private static let ofOneChunk = ["ncpus", "mem", "vmem", "mpiprocs", "ompthreads", "ngpus", "arch", "host", "vnode"]

  /// Takes the request out of the user's own options if the specification asks for nodes too.
  ///
  /// - Parameters:
  ///   - native: the native arguments, which win over the script's.
  ///   - directives: the script's.
  ///   - spec: the specification.
  ///   - family: the family whose words they are.
  init?(native: inout Options, directives: inout Options, spec: JobSpec, family: PBSFamily) {
    guard !Self.fields(of: spec).isEmpty else { return nil }
    for (options, source) in [(native, "native.pbs"), (directives, "the script")] {
      let names = family == .pro ? ["select", "nodes"] : ["nodes", "procs", "ncpus"]
      if let name = names.first(where: { options.resource(named: $0) != nil }) {
        let value = options.resource(named: name) ?? ""
        self.init("\(name)=\(value)", source, name == names[0] ? Self.chunks(in: value, family) : [])
        // For memory alone, Torque's request stays where it is.
        guard family == .pro || Self.fields(of: spec) != ["memory"] else { return }
        native.yield(letters: [], resources: [name])
        directives.yield(letters: [], resources: [name])
        return
      }
      let words =
        family == .pro
        ? Self.ofOneChunk.compactMap { name in
          options.resource(named: name).map { "\(name)=\($0)" }
        } : []
      guard !words.isEmpty else { continue }
      self.init(words.joined(separator: ","), source, Self.chunks(in: words.joined(separator: ":"), family))
      native.yield(letters: [], resources: Set(Self.ofOneChunk))
      directives.yield(letters: [], resources: Set(Self.ofOneChunk))
      return
    }
    return nil
  }

  private init(_ text: String, _ source: String, _ chunks: [Chunk]) {
    (self.text, self.source, self.chunks) = (text, source, chunks)
  }

  /// The fields of a specification that ask for nodes.
  static func fields(of spec: JobSpec) -> [String] {
    let all: [(String, Bool)] = [
      ("nodes", spec.nodes != nil), ("tasks", spec.tasks != nil), ("tasksPerNode", spec.tasksPerNode != nil),
      ("cpusPerTask", spec.cpusPerTask != nil), ("gpus", spec.gpus != nil), ("memory", spec.memory != nil),
      ("constraints", !spec.constraints.isEmpty), ("hosts", !spec.hosts.isEmpty),
    ]
    return all.filter(\.1).map(\.0)
  }

  /// Parses `2:ncpus=4+1:ncpus=2`; returns nothing if something in it is quoted or shared.
  private static func chunks(in text: String, _ family: PBSFamily) -> [Chunk] {
    guard !text.isEmpty, !text.contains(where: { "\"'\\# ".contains($0) }) else { return [] }
    return text.split(separator: "+", omittingEmptySubsequences: false).map { piece in
      var words = piece.split(separator: ":").map(String.init)
      let number = words.first.flatMap { $0.natural }
      if number != nil { words.removeFirst() }
      // A part that begins with a word is one chunk, or a host in Torque.
      return Chunk(number: number ?? (family == .pro ? 1 : nil), words: words)
    }
  }

  /// The request merged with what the specification asks for.
  ///
  /// - Parameter memory: turns an amount into PBS's kilobytes.
  /// - Throws: `LauncherError` that names the field and the request that cannot be combined.
  func merged(
    with spec: JobSpec,
    _ family: PBSFamily,
    memory kibibytes: (ByteCount, Int64) -> Int64
  ) throws -> String {
    let fields = Self.fields(of: spec)
    if chunks.isEmpty { throw refusal(fields[0]) }
    for field in ["tasks", "hosts"] where fields.contains(field) { throw refusal(field) }
    var merged = chunks
    if let nodes = spec.nodes {
      guard merged.count == 1, merged[0].number != nil else { throw refusal("nodes") }
      merged[0].number = nodes
    }
    let total = merged.reduce(0) { $0 + ($1.number ?? 1) }
    for place in merged.indices {
      try setTasks(of: &merged[place], spec, family)
      try setGPUs(of: &merged[place], spec, family, total: total)
      if family == .pro, let memory = spec.memory {
        switch memory {
        case .perNode(let each): merged[place].set("mem", "\(kibibytes(each, 1))kb")
        case .perCPU(let each):
          merged[place].set("mem", "\(kibibytes(each, Int64(merged[place].value("ncpus") ?? 1)))kb")
        case .total(let all):
          guard total == 1 else { throw refusal("memory") }
          merged[place].set("mem", "\(kibibytes(all, 1))kb")
        }
      }
      for word in spec.constraints {
        try QsubCommand.check("constraints", word, hasNone: family == .pro ? ",:+ " : ",:+= ")
        if family == .torque {
          if !merged[place].words.contains(word) { merged[place].words.append(word) }
        } else if let sign = word.firstIndex(of: "=") {
          merged[place].set(String(word[..<sign]), String(word[word.index(after: sign)...]))
        } else {
          merged[place].set(word, "True")
        }
      }
    }
    return merged.map(\.text).joined(separator: "+")
  }

  private func setTasks(of chunk: inout Chunk, _ spec: JobSpec, _ family: PBSFamily) throws {
    guard spec.tasksPerNode != nil || spec.cpusPerTask != nil else { return }
    let cpuWord = family == .pro ? "ncpus" : "ppn"
    guard let tasks = spec.tasksPerNode ?? (family == .pro ? chunk.value("mpiprocs") : nil) else {
      // A number of cores, or a number for each of an unknown number of tasks.
      if chunk.value(cpuWord) != nil { throw refusal("cpusPerTask") }
      chunk.set(cpuWord, "\(spec.cpusPerTask ?? 1)")
      if family == .pro { chunk.set("ompthreads", "\(spec.cpusPerTask ?? 1)") }
      return
    }
    if let each = spec.cpusPerTask {
      chunk.set(cpuWord, "\(tasks * each)")
      if family == .pro { chunk.set("ompthreads", "\(each)") }
    } else if family == .torque {
      chunk.set(cpuWord, "\(tasks)")
    } else if let cpus = chunk.value("ncpus") {
      guard cpus >= tasks else { throw refusal("tasksPerNode") }
    } else {
      chunk.set("ncpus", "\(tasks)")
    }
    if family == .pro { chunk.set("mpiprocs", "\(tasks)") }
  }

  private func setGPUs(of chunk: inout Chunk, _ spec: JobSpec, _ family: PBSFamily, total: Int) throws {
    guard let gpus = spec.gpus else { return }
    if gpus.type != nil { throw LauncherError.invalid("gpus.type", "PBS has no word for it; use constraints") }
    let word = family == .pro ? "ngpus" : "gpus"
    switch gpus.count {
    case .perNode(let each): chunk.set(word, "\(each)")
    case .perTask(let each):
      guard let tasks = spec.tasksPerNode ?? chunk.value(family == .pro ? "mpiprocs" : "ppn") else {
        throw refusal("gpus")
      }
      chunk.set(word, "\(each * tasks)")
    case .total(let all):
      guard total > 0, all % total == 0 else { throw refusal("gpus") }
      chunk.set(word, "\(all / total)")
    }
  }

  private func refusal(_ field: String) -> LauncherError {
    LauncherError.invalid(field, "it cannot be put together with ‘\(text)’ of \(source); write both in one place")
  }
}

extension Resources {
  /// The user's own request merged with what the specification asks for.
  mutating func merged(_ spec: JobSpec, with written: ChunkRequest, _ family: PBSFamily) throws -> String {
    var rounded = self
    let text = try written.merged(with: spec, family) { rounded.kibibytes($0, times: $1) }
    if remarks.isEmpty, let first = rounded.remarks.first { remark(first) }
    return text
  }
}
