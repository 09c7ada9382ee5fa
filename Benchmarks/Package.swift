// swift-tools-version: 6.1
import PackageDescription

// Each target compiles an adapter's own sources, reached by a link, together with a main file that times their reader:
// what an adapter's readers are is nobody else's business, so the adapters offer no library to import.
let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "LauncherKit", path: "..")],
  targets: [
    .executableTarget(
      name: "slurm-reading",
      dependencies: [
        .product(name: "AdapterKit", package: "LauncherKit"),
        .product(name: "AdapterJSON", package: "LauncherKit"),
      ],
      path: "Slurm",
      exclude: ["adapter/main.swift"],
      swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]
    ),
    .executableTarget(
      name: "pbs-reading",
      dependencies: [
        .product(name: "AdapterKit", package: "LauncherKit"),
        .product(name: "AdapterJSON", package: "LauncherKit"),
        .product(name: "AdapterXML", package: "LauncherKit"),
      ],
      path: "PBS",
      exclude: ["adapter/main.swift"],
      swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]
    ),
  ]
)
