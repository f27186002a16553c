import Basics
import Foundation
import Testing

struct InflaterTests {
  private static func bytes(_ base64: String) throws -> [UInt8] {
    Array(try #require(Data(base64Encoded: base64)))
  }

  /// What the compressed bytes below hold; Python's `gzip` and `zlib` made them.
  private static let text: [UInt8] =
    Array(String(repeating: "the trace of a question, ", count: 200).utf8)
    + (0..<500).map { UInt8(97 + ($0 * $0) % 26) }
  private static let gzip =
    "H4sIAAAAAAACA+3JwQ2AIBAAwVauAJsCOaMQIOAZCNXbhC+z8x07Vay7XaUe4qQ9ettVyyZGEARBEARBEARBEARB"
    + "EMRX4bzGttLMYfRaah8hz7RaVM/8dV5NYSzSfBUAAA=="
  private static let zlib =
    "eNrtycENgCAQAMFWrgCbAjmjECDgGQjV24Qvs/MdO1Wsu12lHuKkPXrbVcsmRhAEQRAEQRAEQRAEQRDEV+G8xrbS"
    + "zGH0WmofIc+0WlTP/HVe8Ti0BA=="

  @Test func `what gzip and zlib compressed comes back`() throws {
    #expect(try Inflater.gunzip(Self.bytes(Self.gzip), limit: 5_500) == Self.text)
    #expect(try Inflater.inflate(Self.bytes(Self.zlib), limit: 5_500) == Self.text)
    // Without a head, with the codes that need no table; and what was only stored.
    let bare = try Self.bytes("K8lIVSgpSkxOVchPU0hUKCxNLS7JzM/TUSghLAEA")
    #expect(try Inflater.inflate(bare, limit: 100) == Array(Self.text[..<60]))
    let stored = try Self.bytes("H4sIAAAAAAAEAwEGAPn/c3RvcmVkC/lDVgYAAAA=")
    #expect(try Inflater.gunzip(stored, limit: 100) == Array("stored".utf8))
    #expect(try Inflater.gunzip(stored + stored, limit: 100) == Array("storedstored".utf8))
  }

  @Test func `nothing grows beyond the limit`() throws {
    let bytes = try Self.bytes(Self.gzip)
    #expect(throws: InflateError.tooLarge) { try Inflater.gunzip(bytes, limit: 5_499) }
    let stored = try Self.bytes("H4sIAAAAAAAEAwEGAPn/c3RvcmVkC/lDVgYAAAA=")
    #expect(throws: InflateError.tooLarge) { try Inflater.gunzip(stored + stored, limit: 11) }
  }

  @Test func `bytes that were cut or changed are an error, never a crash or other bytes`() throws {
    let bytes = try Self.bytes(Self.gzip)
    for count in 0..<bytes.count {
      #expect(throws: InflateError.self) {
        try Inflater.gunzip(Array(bytes[..<count]), limit: 10_000)
      }
    }
    var refused = 0
    for position in 10..<bytes.count {
      for bit in [0, 5] {
        var other = bytes
        other[position] ^= 1 << UInt8(bit)
        do {
          // Bits that mean nothing may change; what comes then is what came before.
          let isSame = try Inflater.gunzip(other, limit: 10_000) == Self.text
          #expect(isSame, "bit \(bit) of byte \(position)")
        } catch {
          refused += 1
        }
      }
    }
    #expect(refused > 150)
  }
}
