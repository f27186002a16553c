internal import ArgumentParser
internal import Basics
internal import FactoryServer

/// Answers predictions; `serve` starts it.
struct GatewayCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "gateway", abstract: "Answers predictions; 'serve' starts it.",
    shouldDisplay: false)

  @OptionGroup var global: GlobalOptions

  @Option var listen = "127.0.0.1:8421"

  @Option(name: .customLong("allow-host")) var allowedHosts: [String] = []

  func execute() async throws {
    try await Gateway.run(
      home: global.factoryHome, listen: try ListenAddress(listen), allowedHosts: allowedHosts,
      version: FactoryVersion.current)
  }
}
