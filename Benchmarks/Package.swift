// swift-tools-version: 6.1
import PackageDescription

// Each program compiles an adapter's own sources, reached by a link, together with a main file that times their reader:
// an adapter's readers are private to it, so the adapters offer no library to import.
let settings: [SwiftSetting] = [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]

let package = Package(
  name: "Benchmarks",
  targets: [
    .systemLibrary(name: "CJansson", path: "Sources/CJansson", pkgConfig: "jansson"),
    .target(name: "LauncherJSON", path: "Sources/LauncherJSON", swiftSettings: settings),
    .target(
      name: "LauncherProtocol",
      dependencies: ["LauncherJSON"],
      path: "Sources/LauncherProtocol",
      swiftSettings: settings
    ),
    .executableTarget(
      name: "json-coding",
      dependencies: ["LauncherProtocol"],
      path: "JSON",
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
    .executableTarget(
      name: "lsf-reading",
      dependencies: ["AdapterKit", "AdapterJSON"],
      path: "LSF",
      exclude: ["adapter/main.swift"],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "slurm-reading",
      dependencies: ["AdapterKit", "AdapterJSON"],
      path: "Slurm",
      exclude: ["adapter/main.swift"],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "pbs-reading",
      dependencies: ["AdapterKit", "AdapterJSON", "AdapterXML"],
      path: "PBS",
      exclude: ["adapter/main.swift"],
      swiftSettings: settings
    ),
  ]
)
