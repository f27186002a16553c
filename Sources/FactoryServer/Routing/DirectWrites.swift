import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// A write whose requests need no task of their own: the body is read, the ledger is asked, and the
/// answer follows the commit.
struct DirectWrite: Sendable {
  /// Gives the answer, or says why there is none.
  typealias Answer = @Sendable () throws -> ByteBuffer

  /// Reads a body of JSON and queues what it asks for; `done` is called once, by any thread, with what
  /// makes the body of the answer.
  let submit:
    @Sendable (_ body: [UInt8], _ done: @escaping @Sendable (@escaping Answer) -> Void) -> Void
}

/// The writes that were added, by their path.
final class DirectWriteRegister: Sendable {
  private let writes = Mutex<[String: DirectWrite]>([:])

  func add(_ path: String, _ write: DirectWrite) { writes.withLock { $0[path] = write } }

  var byPath: [String: DirectWrite] { writes.withLock { $0 } }
}

/// Which requests are answered by their connection itself.
///
/// Only what is plain: anything else takes the way of all other routes, which says what is wrong with it.
struct DirectWrites: Sendable {
  /// The largest body; reading a larger one would keep other connections waiting.
  static let bodyLimit = 32 << 10

  let logger: Logger
  private let byPath: [String: DirectWrite]
  private let authenticator: Authenticator
  private let hosts: HostRules

  init(
    _ byPath: [String: DirectWrite], authenticator: Authenticator, hosts: HostRules, logger: Logger
  ) {
    self.byPath = byPath
    self.authenticator = authenticator
    self.hosts = hosts
    self.logger = logger
  }

  /// The write that a request asks for; nil for all that is not plain.
  ///
  /// - Parameter known: what was right in an earlier request of the connection.
  func write(for head: HTTPRequestHead, _ known: inout KnownHeaders) -> DirectWrite? {
    guard head.method == .POST, head.version == .http1_1, let write = byPath[head.uri] else {
      return nil
    }
    var (isJSON, length) = (false, -1)
    var (host, authorization): (String?, String?)
    for (name, value) in head.headers {
      switch HeaderName(name) {
      case .contentType: isJSON = value.isJSONType
      case .contentLength: length = Int(value) ?? -1
      case .host where host == nil: host = value
      case .authorization where authorization == nil: authorization = value
      case .connection where value.lowercased() == "keep-alive": break
      case .other: break
      case .host, .authorization, .connection, .unusual: return nil
      }
    }
    guard isJSON, (1...Self.bodyLimit).contains(length) else { return nil }
    if host == nil || host != known.host {
      guard hosts.allows(host: host) else { return nil }
      known.host = host
    }
    if authorization == nil || authorization != known.authorization {
      guard authenticator.isOwner(authorization: authorization) else { return nil }
      known.authorization = authorization
    }
    return write
  }

  /// Headers of a connection that were right.
  struct KnownHeaders {
    var host: String?
    var authorization: String?
  }

  /// Headers that decide about a request.
  private enum HeaderName {
    case contentType, contentLength, host, authorization, connection, other
    /// Another page, or an answer of another kind.
    case unusual

    init(_ name: String) {
      // Most others have another length than all of these.
      switch name.utf8.count {
      case 4 where name.lowercased() == "host": self = .host
      case 6 where ["expect", "origin"].contains(name.lowercased()): self = .unusual
      case 7 where name.lowercased() == "upgrade": self = .unusual
      case 10 where name.lowercased() == "connection": self = .connection
      case 12 where name.lowercased() == "content-type": self = .contentType
      case 13 where name.lowercased() == "authorization": self = .authorization
      case 14 where name.lowercased() == "content-length": self = .contentLength
      case 17 where name.lowercased() == "transfer-encoding": self = .unusual
      default: self = .other
      }
    }
  }
}

extension String {
  fileprivate var isJSONType: Bool {
    let wanted = "application/json"
    return utf8.starts(with: wanted.utf8) || lowercased().hasPrefix(wanted)
  }
}
