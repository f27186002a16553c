internal import ArgumentParser
internal import Basics
internal import FactoryServer
import Foundation

/// Runs the factory's server in the foreground.
struct ServeCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Runs the server of a home until it is stopped.",
    discussion: """
      Verbs that need a server start one in the background by themselves. Requests need the token \
      that 'aifactory env' prints; the link that this command prints opens the web pages once.
      """)

  @OptionGroup var global: GlobalOptions

  @Option(
    help: ArgumentHelp("Address of the server; port 0 picks a free one.", valueName: "host:port"))
  var listen = "127.0.0.1:8420"

  @Option(
    help: ArgumentHelp("Address for predictions; port 0 picks a free one.", valueName: "host:port"))
  var gateway = "127.0.0.1:8421"

  @Flag(help: "Take a free port where another program listens on the one named.")
  var anyPort = false

  @Flag(name: .customLong("no-auth"), help: "Ask for no token (addresses of this machine only).")
  var isAuthenticationOff = false

  @Option(
    name: .customLong("allow-host"),
    help: ArgumentHelp("Another name by which this server is reached.", valueName: "name"))
  var allowedHosts: [String] = []

  @Flag(help: "Listen where other machines reach it, although nothing is encrypted.")
  var allowPlainHttp = false

  func execute() async throws {
    var options = ServeOptions(
      home: global.factoryHome, listen: try ListenAddress(listen),
      gateway: try ListenAddress(gateway), version: FactoryVersion.current,
      executable: ProgramFile.path)
    options.takesAnyPort = anyPort
    options.isAuthenticationOff = isAuthenticationOff
    options.allowedHosts = allowedHosts
    options.allowsPlainHTTP = allowPlainHttp
    let output = global.output
    try await Boot.serve(options) { output.write($0 + "\n") }
  }
}

/// The file of this program.
enum ProgramFile {
  /// Absolute path, for starting the program again.
  static var path: String {
    // Where /proc is missing, the name that the shell used is the best there is.
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? CommandLine.arguments[0]
  }
}
