/// What attempts have written since a `CollectRequest` knew of.
public struct CollectAnswer: Equatable, Sendable {
  /// First bytes; the last is the version of the format.
  static let head: [UInt8] = Array("AIFNEW".utf8) + [1]
  /// Last byte: an answer that a broken connection cut short has none.
  private static let foot: UInt8 = 0x2e

  /// One attempt of the request.
  public struct Attempt: Equatable, Sendable {
    /// Whether an agent has claimed it.
    public var isClaimed: Bool
    /// Whether nothing more was there to tell.
    public var isComplete: Bool
    /// What is new, in the order in which it is to be taken over: the journal comes last, and only when
    /// all else is told.
    public var news: [News]

    /// Takes every value as it is.
    public init(isClaimed: Bool, isComplete: Bool, news: [News]) {
      self.isClaimed = isClaimed
      self.isComplete = isComplete
      self.news = news
    }
  }

  /// New bytes of a file.
  public struct News: Equatable, Sendable {
    /// Its name below the attempt's folder.
    public var name: String
    /// Where the bytes stand in it.
    public var offset: Int64
    /// The bytes; none for a file that is there and empty.
    public var bytes: [UInt8]

    /// Takes every value as it is.
    public init(name: String, offset: Int64, bytes: [UInt8]) {
      self.name = name
      self.offset = offset
      self.bytes = bytes
    }
  }

  /// In the order of the request.
  public var attempts: [Attempt]

  /// Takes the attempts in their order.
  public init(attempts: [Attempt]) { self.attempts = attempts }

  /// The bytes for the standard output.
  public func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(list: attempts) { writer, attempt in
      writer.write(UInt8(attempt.isClaimed ? 1 : 0))
      writer.write(UInt8(attempt.isComplete ? 1 : 0))
      writer.write(list: attempt.news) {
        $0.write($1.name)
        $0.write($1.offset)
        $0.write($1.bytes)
      }
    }
    return Self.head + writer.bytes + [Self.foot]
  }

  /// Takes an answer out of its bytes.
  public init(decoding bytes: [UInt8]) throws(JobProtocolError) {
    guard bytes.starts(with: Self.head) else { throw JobProtocolError.unknownFormat }
    guard bytes.last == Self.foot else { throw JobProtocolError.truncated }
    var reader = ByteReader(bytes[Self.head.count..<(bytes.count - 1)])
    attempts = try reader.list { (r) throws(JobProtocolError) in
      Attempt(
        isClaimed: try r.integer(UInt8.self) != 0, isComplete: try r.integer(UInt8.self) != 0,
        news: try r.list { (r) throws(JobProtocolError) in
          News(name: try r.text(), offset: try r.integer(), bytes: try r.data())
        })
    }
    guard reader.isAtEnd else { throw JobProtocolError.truncated }
  }
}
