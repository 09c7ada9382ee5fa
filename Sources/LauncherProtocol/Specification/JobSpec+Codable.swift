/// The only written form of a specification. Decoding is strict: an unknown field is an error with the nearest correct
/// word, since dropping it would run another job than the intended one.
extension JobSpec: Codable {
  /// The fields by their written names.
  public enum Field: String, CodingKey, CaseIterable, Sendable, Codable {
    case command, script, name, directory, environment, stdin, stdout, stderr
    case nodes, tasks, tasksPerNode, cpusPerTask, gpus, memory, exclusive, walltime
    case queue, account, qos, reservation, constraints, hosts, excludedHosts, licences
    case dependencies, begin, deadline, hold, priority, requeue, array, mail
    case prologue, epilogue, launcher, container, native
    case labels

    /// The fields that an adapter may be able to honour: all but those that stay with the client.
    public static let ofAdapters = allCases.filter { $0 != .labels }
  }

  public init(from decoder: any Decoder) throws {
    try refuseUnknownKeys(in: decoder, known: Field.allCases.map(\.rawValue), of: "a job specification")
    let fields = try decoder.container(keyedBy: Field.self)
    self.init(try Self.decodeWork(from: fields))
    name = try fields.text(.name)
    directory = try fields.text(.directory)
    environment = try fields.decodeIfPresent(EnvironmentSpec.self, forKey: .environment) ?? EnvironmentSpec()
    standardInput = try fields.text(.stdin)
    standardOutput = try fields.text(.stdout)
    standardError = try fields.text(.stderr)
    nodes = try fields.count(.nodes)
    tasks = try fields.count(.tasks)
    tasksPerNode = try fields.count(.tasksPerNode)
    cpusPerTask = try fields.count(.cpusPerTask)
    gpus = try fields.decodeIfPresent(GPURequest.self, forKey: .gpus)
    memory = try fields.decodeIfPresent(MemoryRequest.self, forKey: .memory)
    exclusive = try fields.decodeIfPresent(Bool.self, forKey: .exclusive)
    walltime = try fields.decodeIfPresent(Walltime.self, forKey: .walltime)
    queue = try fields.text(.queue)
    account = try fields.text(.account)
    qos = try fields.text(.qos)
    reservation = try fields.text(.reservation)
    constraints = try fields.decodeIfPresent([String].self, forKey: .constraints) ?? []
    hosts = try fields.decodeIfPresent([String].self, forKey: .hosts) ?? []
    excludedHosts = try fields.decodeIfPresent([String].self, forKey: .excludedHosts) ?? []
    licences = try fields.decodeIfPresent([String: Int].self, forKey: .licences) ?? [:]
    dependencies = try fields.decodeIfPresent([JobDependency].self, forKey: .dependencies) ?? []
    begin = try fields.decodeIfPresent(Moment.self, forKey: .begin)
    deadline = try fields.decodeIfPresent(Moment.self, forKey: .deadline)
    hold = try fields.decodeIfPresent(Bool.self, forKey: .hold)
    priority = try fields.decodeIfPresent(Int.self, forKey: .priority)
    requeue = try fields.decodeIfPresent(Bool.self, forKey: .requeue)
    array = try fields.decodeIfPresent(ArrayIndices.self, forKey: .array)
    mail = try fields.decodeIfPresent(MailRequest.self, forKey: .mail)
    prologue = try fields.text(.prologue)
    epilogue = try fields.text(.epilogue)
    launcher = try fields.word(ParallelLauncher.self, .launcher)
    container = try fields.decodeIfPresent(ContainerRequest.self, forKey: .container)
    native = try fields.decodeIfPresent([String: [String]].self, forKey: .native) ?? [:]
    labels = try fields.decodeIfPresent(ScalarTable.self, forKey: .labels)?.table ?? [:]
  }

  private static func decodeWork(from fields: KeyedDecodingContainer<Field>) throws -> Work {
    switch (fields.contains(.command), fields.contains(.script)) {
    case (true, false): return .command(try fields.decode(ScalarTexts.self, forKey: .command).texts)
    case (false, true): return .script(try fields.decode(String.self, forKey: .script))
    case (true, true):
      throw DecodingError.dataCorruptedError(
        forKey: .script,
        in: fields,
        debugDescription: "a job has a command or a script, not both"
      )
    case (false, false):
      throw DecodingError.keyNotFound(
        Field.command,
        .init(
          codingPath: fields.codingPath,
          debugDescription: "what to run is missing: give a command such as [python, train.py], or a script"
        )
      )
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    switch work {
    case .command(let command): try fields.encode(command, forKey: .command)
    case .script(let script): try fields.encode(script, forKey: .script)
    }
    try fields.encodeIfPresent(name, forKey: .name)
    try fields.encodeIfPresent(directory, forKey: .directory)
    if environment != EnvironmentSpec() { try fields.encode(environment, forKey: .environment) }
    try fields.encodeIfPresent(standardInput, forKey: .stdin)
    try fields.encodeIfPresent(standardOutput, forKey: .stdout)
    try fields.encodeIfPresent(standardError, forKey: .stderr)
    try fields.encodeIfPresent(nodes, forKey: .nodes)
    try fields.encodeIfPresent(tasks, forKey: .tasks)
    try fields.encodeIfPresent(tasksPerNode, forKey: .tasksPerNode)
    try fields.encodeIfPresent(cpusPerTask, forKey: .cpusPerTask)
    try fields.encodeIfPresent(gpus, forKey: .gpus)
    try fields.encodeIfPresent(memory, forKey: .memory)
    try fields.encodeIfPresent(exclusive, forKey: .exclusive)
    try fields.encodeIfPresent(walltime, forKey: .walltime)
    try fields.encodeIfPresent(queue, forKey: .queue)
    try fields.encodeIfPresent(account, forKey: .account)
    try fields.encodeIfPresent(qos, forKey: .qos)
    try fields.encodeIfPresent(reservation, forKey: .reservation)
    if !constraints.isEmpty { try fields.encode(constraints, forKey: .constraints) }
    if !hosts.isEmpty { try fields.encode(hosts, forKey: .hosts) }
    if !excludedHosts.isEmpty { try fields.encode(excludedHosts, forKey: .excludedHosts) }
    if !licences.isEmpty { try fields.encode(licences, forKey: .licences) }
    if !dependencies.isEmpty { try fields.encode(dependencies, forKey: .dependencies) }
    try fields.encodeIfPresent(begin, forKey: .begin)
    try fields.encodeIfPresent(deadline, forKey: .deadline)
    try fields.encodeIfPresent(hold, forKey: .hold)
    try fields.encodeIfPresent(priority, forKey: .priority)
    try fields.encodeIfPresent(requeue, forKey: .requeue)
    try fields.encodeIfPresent(array, forKey: .array)
    try fields.encodeIfPresent(mail, forKey: .mail)
    try fields.encodeIfPresent(prologue, forKey: .prologue)
    try fields.encodeIfPresent(epilogue, forKey: .epilogue)
    try fields.encodeIfPresent(launcher, forKey: .launcher)
    try fields.encodeIfPresent(container, forKey: .container)
    if !native.isEmpty { try fields.encode(native, forKey: .native) }
    if !labels.isEmpty { try fields.encode(labels, forKey: .labels) }
  }

  /// The fields that this specification uses, including `command` and `script`: those that an adapter must be able to
  /// honour.
  public var usedFields: Set<Field> {
    var used = Set<Field>()
    func use(_ field: Field, when condition: Bool) { if condition { used.insert(field) } }
    if case .command = work { used.insert(.command) } else { used.insert(.script) }
    use(.name, when: name != nil)
    use(.directory, when: directory != nil)
    use(.environment, when: environment != EnvironmentSpec())
    use(.stdin, when: standardInput != nil)
    use(.stdout, when: standardOutput != nil)
    use(.stderr, when: standardError != nil)
    use(.nodes, when: nodes != nil)
    use(.tasks, when: tasks != nil)
    use(.tasksPerNode, when: tasksPerNode != nil)
    use(.cpusPerTask, when: cpusPerTask != nil)
    use(.gpus, when: gpus != nil)
    use(.memory, when: memory != nil)
    use(.exclusive, when: exclusive == true)
    use(.walltime, when: walltime != nil)
    use(.queue, when: queue != nil)
    use(.account, when: account != nil)
    use(.qos, when: qos != nil)
    use(.reservation, when: reservation != nil)
    use(.constraints, when: !constraints.isEmpty)
    use(.hosts, when: !hosts.isEmpty)
    use(.excludedHosts, when: !excludedHosts.isEmpty)
    use(.licences, when: !licences.isEmpty)
    use(.dependencies, when: !dependencies.isEmpty)
    use(.begin, when: begin != nil)
    use(.deadline, when: deadline != nil)
    use(.hold, when: hold == true)
    use(.priority, when: priority != nil)
    use(.requeue, when: requeue != nil)
    use(.array, when: array != nil)
    use(.mail, when: mail != nil)
    use(.prologue, when: prologue != nil)
    use(.epilogue, when: epilogue != nil)
    use(.launcher, when: launcher != nil && launcher != ParallelLauncher.none)
    use(.container, when: container != nil)
    use(.native, when: !native.isEmpty)
    return used
  }
}
