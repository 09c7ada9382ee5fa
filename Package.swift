// swift-tools-version: 6.1
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
]

/// Only for `make docs`: a build of everything would also build the plugin's own programs.
let documentation: [Package.Dependency] =
  Context.environment["LAUNCHER_DOCUMENTATION"] == nil
  ? [] : [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0")]

let package = Package(
  name: "LauncherKit",
  products: [
    .library(name: "LauncherKit", targets: ["LauncherKit"]),
    .library(name: "AdapterKit", targets: ["AdapterKit"]),
    .library(name: "LauncherTestKit", targets: ["LauncherTestKit"]),
    .library(name: "AdapterJSON", targets: ["AdapterJSON"]),
    .library(name: "AdapterXML", targets: ["AdapterXML"]),
    .executable(name: "launcher", targets: ["launcher"]),
    .executable(name: "local-adapter", targets: ["local-adapter"]),
    .executable(name: "lsf-adapter", targets: ["lsf-adapter"]),
    .executable(name: "slurm-adapter", targets: ["slurm-adapter"]),
    .executable(name: "pbs-adapter", targets: ["pbs-adapter"]),
    .executable(name: "cobalt-adapter", targets: ["cobalt-adapter"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.6.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.0.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
  ] + documentation,
  targets: [
    .systemLibrary(
      name: "CJansson",
      pkgConfig: "jansson",
      providers: [.apt(["libjansson-dev"])]
    ),
    .systemLibrary(
      name: "CLibXML2",
      pkgConfig: "libxml-2.0",
      providers: [.apt(["libxml2-dev"])]
    ),
    .target(name: "CLinux"),
    .target(name: "Processes", dependencies: ["CLinux"], swiftSettings: settings),
    .target(name: "LauncherJSON", swiftSettings: settings),
    .target(name: "LauncherProtocol", dependencies: ["LauncherJSON"], swiftSettings: settings),
    .target(
      name: "StateStorage",
      dependencies: ["LauncherProtocol", "CLinux", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: settings
    ),
    .target(
      name: "AdapterKit",
      dependencies: ["LauncherProtocol"],
      swiftSettings: settings
    ),
    .target(
      name: "AdapterJSON",
      dependencies: ["AdapterKit", "CJansson"],
      swiftSettings: settings
    ),
    .target(
      name: "AdapterXML",
      dependencies: ["AdapterKit", "CLibXML2"],
      swiftSettings: settings
    ),
    .target(
      name: "LauncherKit",
      dependencies: [
        "LauncherProtocol", "StateStorage", "Processes", "CLinux",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: settings
    ),
    .target(
      name: "LauncherTestKit",
      dependencies: ["LauncherKit", "AdapterKit", .product(name: "Logging", package: "swift-log")],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "local-adapter",
      dependencies: [
        "AdapterKit", "CLinux", "Processes", "StateStorage",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "lsf-adapter",
      dependencies: ["AdapterKit", "AdapterJSON"],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "slurm-adapter",
      dependencies: ["AdapterKit", "AdapterJSON"],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "pbs-adapter",
      dependencies: ["AdapterKit", "AdapterJSON", "AdapterXML"],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "cobalt-adapter",
      dependencies: ["AdapterKit"],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "launcher",
      dependencies: [
        "LauncherKit", "LauncherTestKit", "CLinux", "Processes",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "FollowAJob",
      dependencies: ["LauncherKit"],
      path: "Examples/FollowAJob",
      swiftSettings: settings
    ),
    .target(
      name: "Nightly",
      dependencies: ["LauncherKit"],
      path: "Examples/Nightly/Sources/Nightly",
      swiftSettings: settings
    ),
    .testTarget(
      name: "NightlyTests",
      dependencies: ["Nightly", "LauncherTestKit", "slurm-adapter"],
      path: "Examples/Nightly/Tests/NightlyTests",
      resources: [.copy("Fixtures")],
      swiftSettings: settings
    ),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "launcher", "local-adapter", "FollowAJob",
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "ClusterTests",
      dependencies: [
        "launcher", "local-adapter", "slurm-adapter",
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "SystemLibraryTests",
      dependencies: ["CJansson", "CLibXML2"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "LauncherJSONTests",
      dependencies: ["LauncherJSON", "LauncherProtocol"],
      swiftSettings: settings
    ),
    .testTarget(name: "LauncherProtocolTests", dependencies: ["LauncherProtocol"], swiftSettings: settings),
    .testTarget(
      name: "LocalAdapterTests",
      dependencies: [
        "local-adapter", "LauncherProtocol",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "LauncherKitTests",
      dependencies: [
        "LauncherKit", "LauncherTestKit", "Processes", "StateStorage",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "LauncherTestKitTests",
      dependencies: [
        "LauncherTestKit", "local-adapter", "slurm-adapter", "pbs-adapter", "lsf-adapter", "cobalt-adapter",
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "AdapterJSONTests",
      dependencies: ["AdapterJSON", "AdapterKit"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "AdapterXMLTests",
      dependencies: ["AdapterXML", "AdapterKit"],
      swiftSettings: settings
    ),
    .target(
      name: "AdapterTestSupport",
      dependencies: ["AdapterKit"],
      path: "Tests/AdapterTestSupport",
      swiftSettings: settings
    ),
    .testTarget(
      name: "LSFAdapterTests",
      dependencies: ["AdapterKit", "AdapterJSON", "AdapterTestSupport", "LauncherKit", "lsf-adapter"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "SlurmAdapterTests",
      dependencies: ["AdapterKit", "AdapterJSON", "AdapterTestSupport", "slurm-adapter"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "PBSAdapterTests",
      dependencies: ["AdapterKit", "AdapterJSON", "AdapterXML", "AdapterTestSupport", "pbs-adapter"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "CobaltAdapterTests",
      dependencies: ["AdapterKit", "AdapterTestSupport", "cobalt-adapter"],
      swiftSettings: settings
    ),
  ]
)
