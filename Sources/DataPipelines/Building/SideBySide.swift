import Dispatch

/// Two pieces of work at a time, each with a connection of its own.
enum SideBySide {
  /// Does both, on two threads if there are as many; where both fail the first tells why.
  ///
  /// Threads of Dispatch and not tasks: the engine blocks the thread that it runs on.
  static func run<First, Second>(
    threads: Int, _ first: @escaping () throws -> First, _ second: @escaping () throws -> Second
  ) throws -> (First, Second) {
    guard threads > 1 else { return (try first(), try second()) }
    let sides = (Side(first), Side(second))
    DispatchQueue.concurrentPerform(iterations: 2) { side in
      if side == 0 { sides.0.run() } else { sides.1.run() }
    }
    return (try sides.0.value(), try sides.1.value())
  }

  /// `@unchecked Sendable`: one thread runs it, and is joined before the result is read.
  private final class Side<Value>: @unchecked Sendable {
    private let work: () throws -> Value
    private var result: Result<Value, any Error>?

    init(_ work: @escaping () throws -> Value) { self.work = work }

    func run() { result = Result { try work() } }

    func value() throws -> Value {
      guard let result else { preconditionFailure("read before it ran") }
      return try result.get()
    }
  }
}
