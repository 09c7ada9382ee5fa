// swift-tools-version: 6.1
import PackageDescription

// The adapters' own sources, reached by links, with the fuzzer's instrumentation in them. LAUNCHER_FUZZER=none builds
// them without libFuzzer, for toolchains that lack it: the inputs are then mutated by a simple generator.
let hasFuzzer = Context.environment["LAUNCHER_FUZZER"] != "none"
let settings: [SwiftSetting] =
  [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]
  + (hasFuzzer ? [.unsafeFlags(["-sanitize=fuzzer"]), .define("LIBFUZZER")] : [])
// gold, the usual linker, fails on the fuzzer's debugging information.
let linking: [LinkerSetting] = hasFuzzer ? [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])] : []

let package = Package(
  name: "Fuzzing",
  targets: [
    .systemLibrary(name: "CJansson", path: "Sources/CJansson", pkgConfig: "jansson"),
    .target(name: "LauncherJSON", path: "Sources/LauncherJSON", swiftSettings: settings),
    .target(
      name: "LauncherProtocol",
      dependencies: ["LauncherJSON"],
      path: "Sources/LauncherProtocol",
      swiftSettings: settings
    ),
    .target(
      name: "AdapterKit",
      dependencies: ["LauncherProtocol"],
      path: "Sources/AdapterKit",
      swiftSettings: settings
    ),
    .target(
      name: "AdapterJSON",
      dependencies: ["AdapterKit", "CJansson"],
      path: "Sources/AdapterJSON",
      swiftSettings: settings
    ),
    .systemLibrary(name: "CLibXML2", path: "Sources/CLibXML2", pkgConfig: "libxml-2.0"),
    .target(
      name: "AdapterXML",
      dependencies: ["AdapterKit", "CLibXML2"],
      path: "Sources/AdapterXML",
      swiftSettings: settings
    ),
    .target(name: "Fuzzer", path: "Fuzzer", swiftSettings: settings),
    .executableTarget(
      name: "slurm-fuzz",
      dependencies: ["AdapterKit", "AdapterJSON", "Fuzzer"],
      path: "Slurm",
      exclude: ["adapter/main.swift"],
      swiftSettings: settings,
      linkerSettings: linking
    ),
    .executableTarget(
      name: "lsf-fuzz",
      dependencies: ["AdapterKit", "AdapterJSON", "Fuzzer"],
      path: "LSF",
      exclude: ["adapter/main.swift"],
      swiftSettings: settings,
      linkerSettings: linking
    ),
    .executableTarget(
      name: "cobalt-fuzz",
      dependencies: ["AdapterKit", "Fuzzer"],
      path: "Cobalt",
      exclude: ["adapter/main.swift"],
      swiftSettings: settings,
      linkerSettings: linking
    ),
    .executableTarget(
      name: "pbs-fuzz",
      dependencies: ["AdapterKit", "AdapterJSON", "AdapterXML", "Fuzzer"],
      path: "PBS",
      exclude: ["adapter/main.swift"],
      swiftSettings: settings,
      linkerSettings: linking
    ),
  ]
)
