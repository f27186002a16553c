import Basics
import Experimentation
import HTTPTypes
import MLflowProtocol

/// The body of a request that changes something, and who sent it.
struct MLflowBody: Sendable {
  let bytes: [UInt8]
  /// The job whose token the caller has; nil for everybody else.
  let job: String?

  /// Its fields.
  func fields() throws -> MLflowFields { try MLflowCall.fields(ofBody: bytes) }
}

extension FactoryRoutes {
  /// Adds one endpoint that is one write to the ledger; plain requests for it are answered by their connection.
  ///
  /// - Parameters:
  ///   - path: below `/api/2.0/mlflow/`, such as `runs/create`.
  ///   - read: checks a body and says what it changes.
  ///   - answer: tells what was written.
  func mlflowWrite<Value: Sendable>(
    _ path: String, _ ledger: Ledger,
    read: @escaping @Sendable (MLflowBody) throws -> @Sendable (LedgerTransaction) throws -> Value,
    answer: @escaping @Sendable (Value) -> MLflowAnswer
  ) {
    mlflow(.post, path, permission: .write) { call in
      let job = call.job
      let write = try await MLflowCall.parsed(try await call.body()) {
        try read(MLflowBody(bytes: $0, job: job))
      }
      return answer(try await ledger.write(write))
    }
    let direct = DirectWrite { bytes, done in
      do {
        ledger.submit(try read(MLflowBody(bytes: bytes, job: nil))) { result in
          done { answer(try result.get()).body }
        }
      } catch {
        done { throw error }
      }
    }
    for prefix in ["/api", "/ajax-api"] {
      for version in ["2.0", "3.0"] {
        directWrites.add("\(prefix)/\(version)/mlflow/\(path)", direct)
      }
    }
  }
}
