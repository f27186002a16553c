import Foundation

/// Which part of a search's results is wanted.
public struct SearchPage: Sendable, Equatable {
  /// How many results come before it.
  public var offset: Int
  /// How many results it has at most.
  public var limit: Int

  /// - Parameters:
  ///   - limit: how many results at most.
  ///   - token: what the page before it returned; nil or empty for the first.
  public init(limit: Int, token: String? = nil) throws(ExperimentationError) {
    self.limit = limit
    guard let token, !token.isEmpty else {
      offset = 0
      return
    }
    guard let data = Data(base64Encoded: token),
      let fields = try? JSONDecoder().decode([String: Int].self, from: data),
      // What cannot be decoded is told below.
      let number = fields["offset"], number > 0
    else {
      throw ExperimentationError(
        .invalidValue, "Invalid page token, could not base64-decode '\(token.prefix(100))'")
    }
    offset = number
  }

  /// The token of the page after this one; nil where `count` results show that there is none.
  ///
  /// - Parameter count: how many results a search for one more than `limit` found.
  public func nextToken(count: Int) -> String? {
    guard count > limit else { return nil }
    return Data(#"{"offset": \#(offset + limit)}"#.utf8).base64EncodedString()
  }
}

/// Whether a search looks for things in use, in the trash, or both.
public enum SearchView: String, Sendable {
  case activeOnly = "ACTIVE_ONLY"
  case deletedOnly = "DELETED_ONLY"
  case all = "ALL"

  func condition(_ column: String) -> SQLCondition? {
    switch self {
    case .activeOnly: SQLCondition("\(column) = 'active'")
    case .deletedOnly: SQLCondition("\(column) = 'deleted'")
    case .all: nil
    }
  }
}
