import ArgumentParser
import LauncherKit

struct PlacementOptions: ParsableArguments {
  @Option(name: [.long, .customShort("q")], help: "The queue or partition.")
  var queue: String?

  @Option(name: [.long, .customShort("A")], help: "The account or project to charge.")
  var account: String?

  @Option(name: .long, help: "The quality of service.")
  var qos: String?

  @Option(name: .long, help: "The reservation to run in.")
  var reservation: String?

  @Option(name: .long, help: "A feature that every node must have. Repeatable.")
  var constraint: [String] = []

  @Option(name: .long, help: "A host to run on. Repeatable.")
  var nodelist: [String] = []

  @Option(name: .long, help: "A host not to run on. Repeatable.")
  var exclude: [String] = []

  @Option(name: .long, help: "A licence: NAME or NAME:COUNT. Repeatable.", transform: readLicence)
  var licence: [Licence] = []

  @Option(
    name: .long,
    help:
      "A further argument for the native submit command, for one adapter alone: ADAPTER=ARGUMENT. Repeatable.",
    transform: readNative
  )
  var native: [NativeArgument] = []

  func apply(to spec: inout JobSpec) {
    spec.queue = queue ?? spec.queue
    spec.account = account ?? spec.account
    spec.qos = qos ?? spec.qos
    spec.reservation = reservation ?? spec.reservation
    if !constraint.isEmpty { spec.constraints = constraint }
    if !nodelist.isEmpty { spec.hosts = nodelist }
    if !exclude.isEmpty { spec.excludedHosts = exclude }
    for licence in licence { spec.licences[licence.name] = licence.count }
    for argument in native { spec.native[argument.adapter, default: []].append(argument.text) }
  }

  struct Licence: Sendable {
    let name: String
    let count: Int
  }

  struct NativeArgument: Sendable {
    let adapter: String
    let text: String
  }

  @Sendable
  private static func readLicence(_ text: String) throws -> Licence {
    guard let colon = text.lastIndex(of: ":") else { return Licence(name: text, count: 1) }
    let count = try readCount(String(text[text.index(after: colon)...]))
    return Licence(name: String(text[..<colon]), count: count)
  }

  @Sendable
  private static func readNative(_ text: String) throws -> NativeArgument {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      throw ValidationError("‘\(text)’ names no adapter: write ADAPTER=ARGUMENT, such as NAME=--verbose")
    }
    return NativeArgument(adapter: String(text[..<equals]), text: String(text[text.index(after: equals)...]))
  }
}
