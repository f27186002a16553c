// swift-tools-version: 6.2
import PackageDescription

/// The settings under which these sources were written.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("InferIsolatedConformances"),
]

let package = Package(
  name: "former",
  targets: [
    .target(name: "CLinux"),
    .target(name: "JSONCoding", swiftSettings: strict),
    .target(name: "MLflowProtocol", dependencies: ["JSONCoding"], swiftSettings: strict),
    .target(name: "JobProtocol", dependencies: ["CLinux"], swiftSettings: strict),
    .executableTarget(
      name: "FactoryAgent",
      dependencies: ["JobProtocol", "JSONCoding", "MLflowProtocol", "CLinux"],
      swiftSettings: strict, linkerSettings: [.unsafeFlags(["-static-executable"])]),
    .executableTarget(
      name: "FormerServer", dependencies: ["JobProtocol"], swiftSettings: strict),
  ]
)
