import AdapterKit
import FoundationEssentials

/// A job as `bjobs -l`, `bjobs -UF` and `bhist -l` report it: in sentences. Only these show the exit code on volclava,
/// what a job waits for, who removed it, and where its files are.
struct JobStory: Sendable {
  let id: LSFID
  /// The word for its state; `bhist` has none.
  private(set) var state: String?
  private(set) var name: String?
  private(set) var user: String?
  private(set) var queue: String?
  /// What it runs; for a script all lines, with `;` between them.
  private(set) var command: String?
  private(set) var submittedAt: Date?
  private(set) var startedAt: Date?
  /// When it ended, if it did and was not started again.
  private(set) var endedAt: Date?
  /// Whether it ended with success; `nil` while it has not ended.
  private(set) var succeeded: Bool?
  private(set) var ending = JobEnding()
  /// How often it was started; 0 if only the last time is reported.
  private(set) var starts = 0
  private(set) var hosts: [String] = []
  private(set) var directory: String?
  private(set) var home: String?
  private(set) var outputFile: String?
  private(set) var errorFile: String?
  /// The earliest time it may start, as it is written.
  private(set) var beginTime: String?
  private(set) var dependency: String?
  private(set) var reasons: [String] = []
  private(set) var usage = ResourceUsage()

  /// Reads a record; `nil` if it does not begin with a job's id.
  init?(_ record: String, times: LSFTime) {
    let lines = FoldedText.lines(of: record.withPlainLineEnds)
    guard let header = lines.first(where: { $0.hasPrefix("Job <") }), let id = Self.word("Job <", in: header),
      let id = LSFID(id)
    else { return nil }
    self.id = id
    readHeader(header)
    var section = ""
    for line in lines.drop(while: { !$0.hasPrefix("Job <") }).dropFirst() {
      if let (time, text) = Self.event(line) {
        section = ""
        read(text, at: times.instant(time))
      } else if line.allSatisfy(\.isWhitespace) {
        section = ""
      } else if line.hasPrefix(" PENDING REASONS") || line.hasPrefix(" SUSPENDING REASONS") {
        section = "reasons"
      } else if line.hasPrefix(" RUNLIMIT") {
        section = "limit"
      } else if line.hasPrefix(" MEMORY USAGE") {
        section = "memory"
      } else {
        read(line, in: section)
      }
    }
  }

  /// The records of an answer.
  static func read(path: String, observedAt: Date = Date()) throws -> (stories: [JobStory], isCut: Bool) {
    let times = LSFTime(now: observedAt)
    let reader = try RecordReader(path: path) { $0.hasPrefix("Job <") }
    var stories: [JobStory] = []
    while let record = try reader.next() {
      if let story = JobStory(record.text, times: times) { stories.append(story) }
    }
    return (stories, reader.endsMidLine)
  }

  // MARK: Reading

  /// `Job <1>, Job Name <n>, User <u>, Project <p>, Status <RUN>, Queue <q>, Command <…>`. Names and commands may
  /// contain anything, so that the last occurrence of what follows them counts.
  private mutating func readHeader(_ header: String) {
    var head = Substring(header)
    if let mark = FoldedText.first(", Command <", in: head) {
      var text = head[mark.upperBound...]
      for follower: StaticString in [">, Job Description <", ">, Job Group <", ">, Share group charged <", ">, Esub <"]
      {
        if let end = FoldedText.first(follower, in: text) { text = text[..<end.lowerBound] }
      }
      command = Self.withoutBracket(text)
      head = head[..<mark.lowerBound]
    }
    state = Self.word(", Status <", in: head)
    queue = Self.word(", Queue <", in: head)
    guard let mark = FoldedText.last(", User <", in: head) else { return }
    user = Self.word(", User <", in: head[mark.lowerBound...])
    if let begin = FoldedText.first(", Job Name <", in: head), begin.upperBound < mark.lowerBound {
      name = Self.withoutBracket(head[begin.upperBound..<mark.lowerBound])
      if id.index != nil, let bracket = name?.lastIndex(of: "[") { name = name.map { String($0[..<bracket]) } }
    }
  }

  private static func withoutBracket(_ text: Substring) -> String {
    let text = FoldedText.plain(text)
    return text.last == ">" ? String(text.dropLast()) : text
  }

  /// `Sat Nov 21 00:28:16: Dispatched to <vm>;`.
  private static func event(_ line: String) -> (time: Substring, text: Substring)? {
    guard let length = FoldedText.timeLength(Substring(line)) else { return nil }
    let end = line.utf8.index(line.startIndex, offsetBy: length)
    return (line[..<end], line[line.utf8.index(end, offsetBy: 2)...])
  }

  private mutating func read(_ text: Substring, at time: Date?) {
    if text.hasPrefix("Submitted from host") {
      submittedAt = submittedAt ?? time
      queue = queue ?? Self.word("to Queue <", in: text)
      directory = Self.bracket(", CWD <", in: text)
      outputFile = Self.bracket("Output File <", in: text) ?? Self.bracket("Output File (overwrite) <", in: text)
      errorFile = Self.bracket("Error File <", in: text) ?? Self.bracket("Error File (overwrite) <", in: text)
      beginTime = Self.bracket("Specified Start Time <", in: text)
      dependency = Self.bracket("Dependency Condition <", in: text)
    } else if text.hasPrefix("Done successfully") {
      end(at: time, text, succeeded: true)
    } else if text.hasPrefix("Exited") {
      end(at: time, text, succeeded: false)
      if let code = Self.number(after: "exit code ", in: text) { ending.code = code }
      if let signal = Self.number(after: "by signal ", in: text) { ending.signal = signal }
    } else if text.hasPrefix("Completed <") {
      end(at: time, text, succeeded: text.hasPrefix("Completed <done"))
    } else if text.hasPrefix("Signal <"), let signal = Self.word("Signal <", in: text),
      let who = Self.word("administrator <", in: text), !who.contains(where: \.isWhitespace)
    {
      ending.killer = (who, signal)
    } else if text.hasPrefix("Starting (Pid") {
      starts += 1
      start(at: time)
    } else if let place = FoldedText.first("tarted ", in: text), text.contains("<"),
      text.hasPrefix("Started ") || text.hasPrefix("[")
    {
      start(at: time)
      takeHosts(text[place.upperBound...])
      takeHome(text)
    } else if text.hasPrefix("Dispatched ") {
      reopen()
      takeHosts(text)
    } else if text.hasPrefix("Running with execution home") {
      takeHome(text)
    } else if text.hasPrefix("Pending:") || FoldedText.plain(text).contains("equeue") {
      reopen()
    } else if let usage = FoldedText.first("CPU time used is ", in: text) {
      takeCPU(text[usage.upperBound...])
    }
  }

  private mutating func start(at time: Date?) {
    reopen()
    startedAt = time
    ending.hasStarted = true
  }

  /// An end that was not final: the job is in the queue again, or starts again, which begins a new attempt.
  private mutating func reopen() {
    guard succeeded != nil else { return }
    succeeded = nil
    endedAt = nil
    let limit = ending.runLimit
    ending = JobEnding()
    ending.runLimit = limit
    startedAt = nil
  }

  private mutating func end(at time: Date?, _ text: Substring, succeeded: Bool) {
    self.succeeded = succeeded
    endedAt = time
    ending.hasStarted = ending.hasStarted ?? false
    ending.note(reason: FoldedText.plain(text))
    if let mark = FoldedText.first("CPU time used is ", in: text) { takeCPU(text[mark.upperBound...]) }
  }

  private mutating func takeCPU(_ text: Substring) {
    let number = FoldedText.plain(text).prefix { $0.isNumber || $0 == "." }
    if let seconds = Double(number), seconds >= 0, seconds < 1e12 {
      usage.cpuTime = .milliseconds(Int64(seconds * 1000))
    }
  }

  /// Hosts: `on <vm>, …`, `4 Task(s) on Host(s) <vm> <vm>, Allocated …`, `to 4 Hosts/Processors <vm> <vm>;`,
  /// `<12*node188>`.
  private mutating func takeHosts(_ text: Substring) {
    let list = FoldedText.plain(FoldedText.first(", ", in: text).map { text[..<$0.lowerBound] } ?? text)
    let names = list.split(separator: "<").dropFirst().compactMap { $0.split(separator: ">").first.map(String.init) }
    let found = HostList.expand(names.joined(separator: ":"))
    if !found.isEmpty { hosts = found }
  }

  private mutating func takeHome(_ text: Substring) {
    home = Self.bracket("xecution home <", in: text) ?? Self.bracket("xecution Home <", in: text) ?? home
    directory = Self.bracket("Execution CWD <", in: text) ?? directory
  }

  private mutating func read(_ line: String, in section: String) {
    switch section {
    case "reasons": reasons.append(PendingReason.sentence(FoldedText.plain(line)))
    case "limit":
      // ` 5.0 min of hostA`: of the columns, RUNLIMIT comes first.
      let words = line.split(separator: " ")
      if words.count >= 2, words[1].hasPrefix("min"), let minutes = Double(words[0]), minutes > 0, minutes < 1e9 {
        ending.runLimit = .seconds(Int64(minutes * 60))
      }
    case "memory":
      guard let mark = line.firstRange(of: "MAX MEM: ") else { return }
      var text = String(line[mark.upperBound...].prefix { $0 != ";" })
      usage.peakMemory = text.withUTF8 { LSFTime.memory(UnsafeRawBufferPointer($0)) }
    default: break
    }
  }

  /// The text between an opening, `Queue <`, and the bracket that closes it.
  private static func bracket(_ opening: StaticString, in text: Substring) -> String? {
    guard let mark = FoldedText.first(opening, in: text) else { return nil }
    let rest = text[mark.upperBound...]
    // A value may itself contain brackets: it ends where something follows that can only come after one.
    let ends = [FoldedText.first(">, ", in: rest)?.lowerBound, FoldedText.first(">;", in: rest)?.lowerBound]
    return (ends.compactMap { $0 }.min() ?? rest.lastIndex(of: ">")).map { FoldedText.plain(rest[..<$0]) }
  }

  /// The word in brackets after an opening, for values that contain no brackets themselves. `nil` if its end is
  /// missing: the beginning of a name is not the name.
  private static func word(_ opening: StaticString, in text: some StringProtocol) -> String? {
    let text = Substring(text)
    guard let mark = FoldedText.first(opening, in: text), let end = text[mark.upperBound...].firstIndex(of: ">") else {
      return nil
    }
    return FoldedText.plain(text[mark.upperBound..<end])
  }

  private static func number(after words: StaticString, in text: Substring) -> Int32? {
    guard let mark = FoldedText.first(words, in: text) else { return nil }
    let rest = FoldedText.plain(text[mark.upperBound...])
    let digits = rest.prefix { $0.isNumber }
    // Digits at the end of a truncated answer may be incomplete.
    return digits.utf8.count < rest.utf8.count ? Int32(digits) : nil
  }
}
