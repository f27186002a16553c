import Crypto
import Foundation

/// Tokens for the processes of jobs: good for MLflow's API, and for nothing else of the factory.
///
/// A token names its run and proves by a code of the owner's token that this home gave it out, so
/// that none has to be kept. It ends with the job that has the run: `LiveRuns`.
struct RunTokens: Sendable {
  private static let prefix = "run_"
  private let key: SymmetricKey

  /// - Parameter owner: the local owner's token.
  init(owner: String) { key = SymmetricKey(data: SHA256.hash(data: Data("runs:\(owner)".utf8))) }

  /// The token of a run.
  func token(of run: String) -> String { "\(Self.prefix)\(run)_\(code(of: run))" }

  /// The run whose token that is; nil if it is none of this home.
  func run(of token: String) -> String? {
    guard token.hasPrefix(Self.prefix) else { return nil }
    let parts = token.dropFirst(Self.prefix.count).split(separator: "_")
    guard parts.count == 2 else { return nil }
    let run = String(parts[0])
    return TokenDigest(of: parts[1]).matches(TokenDigest(of: code(of: run))) ? run : nil
  }

  private func code(of run: String) -> String {
    HMAC<SHA256>.authenticationCode(for: Data(run.utf8), using: key)
      .map { String(format: "%02x", $0) }.joined()
  }
}
