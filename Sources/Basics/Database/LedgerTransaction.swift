public import GRDB

/// A transaction of the ledger, to be passed on to stores.
///
/// A file that names it so does not import GRDB: it can join the effects of several stores in one
/// transaction, and cannot reach into the tables itself.
public typealias LedgerTransaction = Database
