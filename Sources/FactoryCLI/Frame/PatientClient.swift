internal import API
import Foundation

/// Asks on while the server is away: its work goes on without it, or is picked up by its next start.
struct PatientClient {
  /// How often in a row it may fail to answer, with a second between.
  private static let patience = 30

  private let output: Output
  /// Finds the server again, or starts one.
  private let connect: () async throws -> FactoryClient
  private var client: FactoryClient
  private var failures = 0

  init(
    _ client: FactoryClient, output: Output, connect: @escaping () async throws -> FactoryClient
  ) {
    self.client = client
    self.output = output
    self.connect = connect
  }

  /// Reads one wire value, if need be from the next server.
  mutating func get<Wire: Decodable>(_ path: String) async throws -> Wire {
    while true {
      do {
        let wire: Wire = try await client.get(path)
        failures = 0
        return wire
      } catch let error as APIError where Self.isAway(error) {
        failures += 1
        guard failures <= Self.patience else { throw error }
        if failures > 1 { try await Task.sleep(for: .seconds(1)) }
        do {
          client = try await connect()
        } catch let error as APIError where failures < Self.patience {
          output.note("The server is away: \(error.message)")
        }
      }
    }
  }

  /// No answer, an internal error, or another factory's answer at the port that the server had.
  private static func isAway(_ error: APIError) -> Bool {
    error.status.map { $0 >= 500 || $0 == 401 } ?? true
  }
}
