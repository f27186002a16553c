import JSONCoding
import Synchronization

/// The versions of its API that a slurmrestd is asked by.
struct RESTVersions: Sendable, Equatable {
  /// Those that are understood here, the best one first: Slurm 23.11 to 25.11, and 22.05 and before.
  static let understood = [42, 41, 40, 38, 37, 36]
  /// The first that writes numbers as objects and states as lists, and takes environments as lists.
  static let firstOfLists = 40

  /// Of the controller's part, `/slurm`.
  var control: Int
  /// Of the accounts' part, `/slurmdb`; nil where there is none.
  var accounts: Int?

  /// Chooses among the paths of its OpenAPI document; nil where none is understood.
  init?(paths: [String]) {
    let offered = Self.offered(paths, "/slurm/")
    guard let control = Self.understood.first(where: offered.contains) else { return nil }
    self.control = control
    let accounts = Self.offered(paths, "/slurmdb/")
    self.accounts = Self.understood.first(where: accounts.contains)
  }

  /// The last numbers of the versions `v0.0.N` below a path.
  static func offered(_ paths: [String], _ start: String) -> Set<Int> {
    Set(
      paths.compactMap { path in
        let mark = start + "v0.0."
        guard path.hasPrefix(mark) else { return nil }
        return Int(path.dropFirst(mark.count).prefix { $0.isNumber })
      })
  }

  /// Their names, for people.
  static func names(_ numbers: some Collection<Int>) -> String {
    numbers.sorted().map { "v0.0.\($0)" }.joined(separator: ", ")
  }
}

/// What is remembered of a slurmrestd's versions, which change only when it is updated.
final class RESTOffer: Sendable {
  private let known = Mutex<RESTVersions?>(nil)

  /// What it offered when it was asked.
  var versions: RESTVersions? {
    get { known.withLock { $0 } }
    set { known.withLock { $0 = newValue } }
  }
}
