public import Basics

/// The file that carries an engine's library for one kind of processor: a wheel of the Python
/// index, known by its SHA-256 alone.
public struct EngineWheel: Hashable, Sendable {
  /// The engine that it carries.
  public let engine: PinnedEngine
  /// `x86_64` or `aarch64`.
  public let processor: String
  /// The digest that the file must have.
  public let digest: ObjectDigest

  /// The wheel of an engine for a processor; nil where the index has none.
  public init?(_ engine: PinnedEngine, processor: String = PinnedEngine.processor) {
    guard let hex = Self.digests[engine]?[processor], let digest = ObjectDigest(hex: hex) else {
      return nil
    }
    self.engine = engine
    self.processor = processor
    self.digest = digest
  }

  init(engine: PinnedEngine, processor: String, digest: ObjectDigest) {
    self.engine = engine
    self.processor = processor
    self.digest = digest
  }

  /// The line of a requirements file that pins the wheel (pip's hash-checking mode).
  var requirement: String {
    "\(engine.package)==\(engine.version) --hash=sha256:\(digest.hex)"
  }

  /// A wheel's name may have any platform tag, its beginning is fixed (PEP 427).
  var fileNamePrefix: String {
    engine.package.replacing("-", with: "_") + "-" + engine.version + "-"
  }

  private static let digests: [PinnedEngine: [String: String]] = [
    .duckdb: [
      "x86_64": "5a3601121c7cc50d0b70412995634682fafcb58a0156d5d663dfd0b3bbe30a33",
      "aarch64": "bcdf10dfbc2c1a6bdc5b2a94bba5b15481e552c5745c2af1994617b0eb6bc750",
    ],
    .xgboost: [
      "x86_64": "9c10b1653e1a689bf4094a328144cf3633c9be0e5217a76fbdc2fde6abcb2950",
      "aarch64": "896b9e2bc52ec0921edf92ddd1cebedf47032e94992b7aca0293524d380ce6e9",
    ],
  ]
}
