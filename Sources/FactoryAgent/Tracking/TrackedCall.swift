import CLinux
import JSONCoding
import MLflowProtocol

/// One call of MLflow's API, to be checked, journaled and answered.
struct TrackedCall {
  /// The fields of its body or query.
  var fields: MLflowFields
  /// Unix time.
  var nowMs: Int64
  /// Journals the call; what it changes here is changed afterwards.
  ///
  /// - Throws: when the disk does not take it. Then nothing may be changed.
  var write: (_ made: String, _ fields: MLflowFields?) throws -> Void

  /// Journals the call as it came.
  func write(made: String = "") throws { try write(made, nil) }

  /// The run that it names; `run_uuid` is its name in old clients.
  func run() throws -> String {
    let text = try fields.string("run_id") ?? ""
    let name = text.isEmpty ? try fields.string("run_uuid") ?? "" : text
    guard !name.isEmpty else { throw MLflowFields.missing("run_id") }
    guard name.utf8.count == 32 else {
      throw MLflowFailure(.doesNotExist, "Run with id=\(name.prefix(300)) not found")
    }
    return name
  }
}

extension HTTPAnswer {
  /// An object whose members `write` writes.
  static func object(_ write: (inout JSONWriter) throws -> Void) rethrows -> HTTPAnswer {
    var writer = JSONWriter(capacity: 1_024)
    writer.beginObject()
    try write(&writer)
    writer.endObject()
    return .json(writer.bytes)
  }
}

/// Identifiers that are made far from the server and never meet another.
enum RandomID {
  /// An even number of digits of base 16, of one call of the system.
  static func hexadecimal(_ count: Int) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let bytes = [UInt8](unsafeUninitializedCapacity: count / 2) { space, filled in
      if let start = space.baseAddress { factory_random(start, count / 2) }
      filled = count / 2
    }
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// Eighteen decimal digits, as experiments have them.
  static func experiment() -> String {
    String(Int64.random(in: 100_000_000_000_000_000...999_999_999_999_999_999))
  }
}
