import AdapterKit

/// Whether LSF is here: its commands, and a master daemon that responds.
enum LSFDetection {
  static func run(on host: some CommandHost) async throws -> Detection {
    let lsf = LSF(host: host)
    async let identity = answer(to: ["lsid"], lsf)
    async let versions = answer(to: ["bjobs", "-V"], lsf)
    // It is the batch daemon that answers this one; `lsid` answers without it (recorded: daemons-down).
    async let parameters = answer(to: ["bparams", "-l"], lsf)
    async let job = answer(to: ["printenv", "LSB_JOBID"], lsf)
    async let index = answer(to: ["printenv", "LSB_JOBINDEX"], lsf)

    let (lsid, bjobs, bparams) = try await (identity, versions, parameters)
    if lsid == nil, bjobs == nil {
      return Detection(.absent, evidence: [.against("there is no command lsid or bjobs")])
    }
    var server = LSFServer(lsid: lsid?.output(limit: 65_536) ?? "")
    if server.flavour == nil, let bjobs {
      // IBM's commands print their version on standard error (bsub(1)), volclava's on standard output.
      let named = LSFServer(lsid: bjobs.output(limit: 65_536) + "\n" + bjobs.complaint)
      (server.flavour, server.version) = (named.flavour, named.version)
    }
    guard let flavour = server.flavour else { return unnamed(lsid, bjobs) }
    let name = [flavour.rawValue, server.version].compactMap { $0 }.joined(separator: " ")
    var evidence = [Detection.Evidence.for("\(lsid == nil ? "bjobs" : "lsid") is of \(name)")]
    if let cluster = server.cluster { evidence.append(.for("the cluster is called \(cluster)")) }
    if let master = server.master { evidence.append(.for("the master is \(master)")) }
    if let lsid, server.cluster == nil { evidence.append(.against("lsid: \(words(of: lsid))")) }
    let settings = bparams.map { LSFSettings($0.output(limit: 1 << 18)) } ?? LSFSettings("")
    let responds = !settings.isEmpty
    if responds {
      evidence.append(.for("bparams answers"))
    } else if let bparams {
      evidence.append(.against("bparams: \(words(of: bparams))"))
    }
    if let queues = settings["DEFAULT_QUEUE"] { evidence.append(.for("jobs go to \(queues) by default")) }
    if let period = settings["CLEAN_PERIOD"] { evidence.append(.for("finished jobs stay for \(period)")) }
    let inside = try await insideJob(job, index)
    if let inside { evidence.append(.for("commands run inside job \(inside)")) }
    return Detection(
      responds ? .responding : .installed,
      version: server.version,
      server: server.cluster,
      flavour: flavour.rawValue,
      insideJob: inside,
      evidence: evidence
    )
  }

  /// The finding if no command names its product. A command that exists and did not answer, or that has a companion, is
  /// LSF's, which is not working at the moment; one that answers in its own words is another program.
  private static func unnamed(_ lsid: CommandAnswer?, _ bjobs: CommandAnswer?) -> Detection {
    let answers = [("lsid", lsid), ("bjobs", bjobs)].compactMap { name, answer in answer.map { (name, $0) } }
    // Slurm's package of LSF's commands names itself in the line of the product.
    if answers.contains(where: { $0.1.output(limit: 65_536).lowercased().hasPrefix("slurm") }) {
      return Detection(.absent, evidence: [.against("lsid is Slurm's")])
    }
    let isLSF = answers.contains { Failures.isOfLSF($0.1.output(limit: 65_536) + "\n" + $0.1.complaint) }
    let isSilent = answers.contains { name, answer in
      answer.exitCode == nil
        || !answer.succeeded && (answer.output(limit: 256) + answer.complaint).allSatisfy(\.isWhitespace)
    }
    guard isLSF || isSilent || answers.count == 2 else {
      let names = answers.map(\.0).joined(separator: " and ")
      return Detection(.absent, evidence: [.against("\(names) does not answer as LSF's does")])
    }
    return Detection(.installed, evidence: answers.map { .against("\($0.0): \(words(of: $0.1))") })
  }

  /// What a command answered; `nil` when it is not here, which a recording of another scheduler shows too.
  private static func answer(to argv: [String], _ lsf: LSF<some CommandHost>) async throws -> CommandAnswer? {
    do {
      let answer = try await lsf.run(argv, timeLimit: LSFPatience.detection)
      return answer.result.ending == .notFound ? nil : answer
    } catch let error as LauncherError where error.code == .notRecorded || error.code == .commandMissing {
      return nil
    }
  }

  private static func words(of answer: CommandAnswer) -> String {
    if answer.result.ending == .timedOut { return "no answer in time" }
    let words = Failures.sentence(answer.complaint)
    return words.isEmpty ? "no answer" : words
  }

  /// `LSB_JOBINDEX` is 0 in a job that is not an element of an array.
  private static func insideJob(_ job: CommandAnswer?, _ index: CommandAnswer?) -> String? {
    func word(_ answer: CommandAnswer?) -> String? {
      guard let answer, answer.succeeded else { return nil }
      return answer.output(limit: 256).split(whereSeparator: \.isWhitespace).first.map(String.init)
    }
    guard let number = word(job), let id = LSFID(number) else { return nil }
    guard let element = word(index).flatMap({ Int($0) }), element > 0 else { return id.text }
    return LSFID(number: id.number, index: element).text
  }
}

/// What `bparams -l` prints: a sentence, followed by `NAME = value (unit)`.
struct LSFSettings {
  private var values: [Substring: String] = [:]

  init(_ output: String) {
    for line in output.split(separator: "\n") {
      guard let sign = line.firstRange(of: " = ") else { continue }
      let name = line[..<sign.lowerBound].drop { $0 == " " }
      guard !name.isEmpty, name.allSatisfy({ $0.isUppercase || $0 == "_" || $0.isNumber }) else { continue }
      var value = String(line[sign.upperBound...].reversed().drop { $0 == " " }.reversed())
      value = value.replacing("(seconds)", with: "seconds")
      if values[name] == nil { values[name] = value }
    }
  }

  var isEmpty: Bool { values.isEmpty }

  subscript(name: String) -> String? { values[Substring(name)].flatMap { $0.isEmpty ? nil : $0 } }
}
