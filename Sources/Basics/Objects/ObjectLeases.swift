import Synchronization

/// Work of this process that puts objects now and names them by rows later.
///
/// Garbage collection keeps what was put since the oldest of it began.
public final class ObjectLeases: Sendable {
  /// Those of this process.
  public static let ofThisProcess = ObjectLeases()

  private let open = Mutex<(next: UInt64, starts: [UInt64: Int64])>((0, [:]))

  /// Starts with none.
  public init() {}

  /// Ends when it goes away.
  public final class Lease: Sendable {
    private let leases: ObjectLeases
    private let number: UInt64

    fileprivate init(_ leases: ObjectLeases, _ number: UInt64) {
      self.leases = leases
      self.number = number
    }

    deinit { leases.open.withLock { $0.starts[number] = nil } }
  }

  /// Begins a piece of work.
  public func begin(nowMs: Int64) -> Lease {
    Lease(
      self,
      open.withLock { open in
        open.next += 1
        open.starts[open.next] = nowMs
        return open.next
      })
  }

  /// When the oldest open work began; nil where there is none.
  public var oldestMs: Int64? { open.withLock { $0.starts.values.min() } }
}
