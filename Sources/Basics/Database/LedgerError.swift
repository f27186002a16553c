import GRDB

/// The ledger could not do its work; what a single write throws itself is passed on as it is.
public struct LedgerError: FactoryError {
  /// Why.
  public enum Code: String, Sendable {
    /// Too many writes wait already: try again after `retryAfterSeconds`.
    case overloaded
    case ledgerClosed = "ledger_closed"
    case ledgerUnusable = "ledger_unusable"
    case ledgerTooNew = "ledger_too_new"
    case diskFull = "disk_full"
    case commitFailed = "commit_failed"
    /// A write ended the transaction that it shared with others.
    case transactionLost = "transaction_lost"
  }

  /// Why.
  public var code: Code
  /// What happened.
  public var message: String
  /// What the reader can do next.
  public var hint: String?

  /// When to try again, for `overloaded` and `disk_full`: the value of HTTP's `Retry-After`.
  public var retryAfterSeconds: Int? {
    switch code {
    case .overloaded: 1
    case .diskFull: 60
    case .ledgerClosed, .ledgerUnusable, .ledgerTooNew, .commitFailed, .transactionLost: nil
    }
  }

  init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }

  /// The failure of a commit, which undid every write of its batch.
  static func commit(_ error: any Error) -> LedgerError {
    ifDiskFailed(error)
      ?? LedgerError(
        .commitFailed, "the ledger cannot be written: \(sentence(error))",
        hint: "nothing was half-written; see the server's log")
  }

  /// What SQLite says when the disk is full or fails, in words on which a person can act.
  static func ifDiskFailed(_ error: any Error) -> LedgerError? {
    switch (error as? DatabaseError)?.resultCode {
    case .SQLITE_FULL, .SQLITE_IOERR:
      LedgerError(
        .diskFull, "the ledger cannot be written: \(sentence(error))",
        hint: "free some space on its disk and try again; nothing was half-written")
    default: nil
    }
  }

  /// SQLite's message without the statement and its arguments, which are private.
  static func sentence(_ error: any Error) -> String {
    guard let error = error as? DatabaseError else { return "\(error)" }
    return error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
  }
}
