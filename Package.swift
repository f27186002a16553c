// swift-tools-version: 6.2
import PackageDescription

/// Keeps each return to an actor.
///
/// The optimizer of Swift 6.3.1 removes it from the end of functions that run where their caller does, once it has
/// specialized them, and then an actor has two threads inside (docs/decisions/0029-returns-to-actors.md).
let keepsHops = ["-Xllvm", "-sil-disable-pass=optimize-hop-to-executor"]

/// Settings of every Swift target: language mode 6, strict imports, warnings are errors.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .treatAllWarnings(as: .error),
  .unsafeFlags(keepsHops, .when(configuration: .release)),
]

/// The `duckdb` wheel wants Python's data symbols; programs that load it export stand-ins (see Sources/CDuckDB).
let exportsPythonStandIns: [LinkerSetting] = [
  .unsafeFlags([
    "-Xlinker",
    "--dynamic-list=\(Context.packageDirectory)/Sources/CDuckDB/python-stand-ins.list",
  ])
]

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(
  name: "UnixSignals", package: "swift-service-lifecycle")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// Numeric code: optimized in debug builds too, where its loops would take fifty times as long.
func optimizedLibrary(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: dependencies,
    swiftSettings: strict + [.unsafeFlags(["-O"] + keepsHops, .when(configuration: .debug))])
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: strict,
    linkerSettings: exportsPythonStandIns)
}

let package = Package(
  name: "aifactory",
  products: [
    .executable(name: "aifactory", targets: ["FactoryCLI"]),
    .executable(name: "aifactory-agent", targets: ["FactoryAgent"]),
  ],
  dependencies: [
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
  ],
  targets: [
    // C: system calls that Swift's Glibc module hides, and loaders of the engines.
    .target(name: "CLinux"),
    .target(
      name: "CDuckDB", exclude: ["python-stand-ins.list"],
      linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CXGBoost", linkerSettings: [.linkedLibrary("dl")]),

    // From low to high; each imports only what stands above it in this list.
    library("JSONCoding", []),
    library("MLflowProtocol", ["JSONCoding"]),
    library("JobProtocol", ["CLinux"]),
    library(
      "Basics", ["JSONCoding", "JobProtocol", "CLinux", grdb, sqlite, crypto, "Yams", logging]),
    library("API", ["Basics", httpClient, nioCore]),
    library(
      "Compute",
      [
        "Basics", "JSONCoding", "JobProtocol", "CLinux", grdb, httpClient, nioCore, nioHTTP1,
        subprocess, logging, lifecycle,
      ]),
    library(
      "DataPipelines",
      ["Basics", "JobProtocol", "CDuckDB", grdb, crypto, httpClient, nioCore, nioHTTP1, logging]),
    optimizedLibrary("Optimization", ["Basics", "JobProtocol", grdb]),
    optimizedLibrary("Engines", ["Basics", "DataPipelines", "CXGBoost", subprocess, logging]),
    optimizedLibrary(
      "Experimentation",
      [
        "Basics", "MLflowProtocol", "JobProtocol", "DataPipelines", "Optimization", "Engines",
        grdb, sqlite, logging,
      ]),
    optimizedLibrary(
      "Training",
      [
        "Basics", "JobProtocol", "DataPipelines", "Engines", "Experimentation", "Optimization",
        logging,
      ]),
    library(
      "Serving",
      [
        "Basics", "Compute", "JobProtocol", "DataPipelines", "Optimization", "Engines",
        "Experimentation", "CLinux", grdb, crypto, logging, lifecycle,
      ]),
    library(
      "Workflows",
      [
        "Basics", "API", "Compute", "JobProtocol", "DataPipelines", "Engines", "Experimentation",
        "Optimization", "Training", "Serving", grdb, crypto, "Yams", logging, lifecycle,
      ]),
    library(
      "FactoryServer",
      [
        "Basics", "MLflowProtocol", "API", "Compute", "JobProtocol", "DataPipelines", "Engines",
        "Experimentation", "Optimization", "Training", "Serving", "Workflows", "CLinux",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        httpTypes, httpClient, nioCore, nioPosix, nioHTTP1, crypto, logging, lifecycle, unixSignals,
      ]),
    .executableTarget(
      name: "FactoryCLI",
      dependencies: [
        "Basics", "API", "Compute", "JobProtocol", "DataPipelines", "Engines", "Experimentation",
        "Optimization", "Training", "Serving", "Workflows", "FactoryServer", "CLinux", subprocess,
        logging,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict, linkerSettings: exportsPythonStandIns),
    .executableTarget(
      name: "FactoryAgent",
      dependencies: ["JobProtocol", "JSONCoding", "MLflowProtocol", "CLinux"],
      swiftSettings: strict,
      linkerSettings: [.unsafeFlags(["-static-executable"])]),

    .target(
      name: "TestSupport", dependencies: ["Basics", "JobProtocol", "CLinux", grdb, sqlite],
      path: "Tests/TestSupport", swiftSettings: strict),
    tests("JSONCodingTests", ["JSONCoding", "Basics"]),
    tests("JobProtocolTests", ["JobProtocol"]),
    tests("BasicsTests", ["Basics", grdb, sqlite]),
    tests("ComputeTests", ["Compute", "Basics", "JobProtocol", grdb]),
    tests("DataPipelinesTests", ["DataPipelines", "Basics", "JobProtocol", grdb]),
    tests("OptimizationTests", ["Optimization", "Basics", "JobProtocol", grdb]),
    tests("EnginesTests", ["Engines", "DataPipelines", "Basics"]),
    tests(
      "ExperimentationTests",
      [
        "Experimentation", "MLflowProtocol", "Engines", "Optimization", "JobProtocol",
        "DataPipelines", "Basics", grdb,
      ]),
    tests(
      "TrainingTests",
      [
        "Training", "Experimentation", "Engines", "DataPipelines", "Optimization", "Basics",
        "JobProtocol",
      ]),
    tests(
      "ServingTests",
      [
        "Serving", "Compute", "Engines", "DataPipelines", "Optimization", "JobProtocol", "Basics",
        grdb,
      ]),
    tests(
      "WorkflowsTests",
      [
        "Workflows", "API", "Compute", "DataPipelines", "Experimentation", "Training",
        "JobProtocol",
        "Optimization", "Basics", grdb, logging,
      ]),
    tests(
      "FactoryServerTests",
      [
        "FactoryServer", "MLflowProtocol", "Serving", "API", "Basics", "Compute", "JobProtocol",
        "Experimentation", httpTypes, httpClient, nioCore,
        nioPosix, nioHTTP1, nioEmbedded, logging, grdb,
        .product(name: "HummingbirdTesting", package: "hummingbird"),
      ]),
    tests("FactoryCLITests", ["FactoryCLI", "API", "Optimization", "Basics"]),
    tests("EndToEndTests", ["API", "Basics", "JobProtocol", httpClient, nioCore, nioHTTP1]),
  ]
)
