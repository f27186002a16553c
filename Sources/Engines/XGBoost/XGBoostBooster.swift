import CXGBoost

/// Boosted trees of XGBoost (Chen & Guestrin 2016), in training or trained.
///
/// Owned by one task or thread at a time. With the same parameters, seed, data and `nthread` the
/// trees are the same to the bit.
public final class XGBoostBooster {
  let library: XGBoostLibrary
  let handle: UnsafeMutableRawPointer

  /// A booster without trees.
  ///
  /// - Parameters:
  ///   - parameters: XGBoost's own, such as `("max_depth", "6")`; a name may come twice.
  ///   - matrices: those that it will be trained and evaluated on.
  public init(
    library: XGBoostLibrary, parameters: [(String, String)], matrices: [XGBoostMatrix] = []
  ) throws {
    let handles = matrices.map { Optional($0.handle) }
    var created: UnsafeMutableRawPointer?
    try library.check(cxgb_booster_create(handles, UInt64(handles.count), &created))
    guard let created else { throw EngineError(.engineFailed, "XGBoost made no booster.") }
    self.library = library
    handle = created
    for (name, value) in parameters { try set(name, value) }
  }

  private init(library: XGBoostLibrary, owning handle: UnsafeMutableRawPointer) {
    self.library = library
    self.handle = handle
  }

  deinit { cxgb_booster_free(handle) }

  /// Sets one parameter, as in XGBoost's documentation.
  public func set(_ name: String, _ value: String) throws {
    try library.check(cxgb_booster_set_parameter(handle, name, value))
  }

  /// Adds the trees of one round, the first of which is number 0.
  public func update(_ matrix: XGBoostMatrix, round: Int) throws {
    try library.check(cxgb_booster_update(handle, Int32(round), matrix.handle))
  }

  /// Adds the trees of one round with the loss's first and second derivatives, one a row and output.
  public func update(
    _ matrix: XGBoostMatrix, round: Int, gradients: [Float], hessians: [Float]
  ) throws {
    guard gradients.count == hessians.count, matrix.rowCount > 0,
      gradients.count % matrix.rowCount == 0
    else {
      throw EngineError(
        .shapeMismatch,
        "There are \(gradients.count) gradients and \(hessians.count) hessians for \(matrix.rowCount) rows."
      )
    }
    try library.check(
      cxgb_booster_update_gradients(
        handle, Int32(round), matrix.handle, gradients, hessians, UInt64(matrix.rowCount),
        UInt64(gradients.count / matrix.rowCount)))
  }

  /// The values of every `eval_metric` on a matrix, in the order of the parameters.
  public func evaluate(_ matrix: XGBoostMatrix, round: Int) throws -> [(
    name: String, value: Double
  )] {
    var text: UnsafePointer<CChar>?
    try "m".withCString { name in
      let handles: [UnsafeMutableRawPointer?] = [matrix.handle]
      var names: [UnsafePointer<CChar>?] = [name]
      try library.check(
        cxgb_booster_evaluate(handle, Int32(round), handles, &names, 1, &text))
    }
    guard let text else { return [] }
    // "[12]\tm-rmse:0.51\tm-mae:0.4"
    return String(cString: text).split(separator: "\t").dropFirst().compactMap { part in
      guard let colon = part.lastIndex(of: ":") else { return nil }
      let value = Double(part[part.index(after: colon)...]) ?? .nan
      return (String(part[..<colon].dropFirst(2)), value)
    }
  }

  /// Number of rounds done.
  public var roundCount: Int {
    get throws {
      var rounds: Int32 = 0
      try library.check(cxgb_booster_rounds(handle, &rounds))
      return Int(rounds)
    }
  }

  /// A booster with the trees of these rounds alone.
  public func slice(rounds: Range<Int>) throws -> XGBoostBooster {
    var slice: UnsafeMutableRawPointer?
    try library.check(
      cxgb_booster_slice(handle, Int32(rounds.lowerBound), Int32(rounds.upperBound), &slice))
    guard let slice else {
      throw EngineError(.engineFailed, "XGBoost has no rounds \(rounds) to slice.")
    }
    return XGBoostBooster(library: library, owning: slice)
  }

  /// The model in XGBoost's UBJSON format.
  public func bytes() throws -> [UInt8] {
    var size: UInt64 = 0
    var bytes: UnsafePointer<CChar>?
    try library.check(cxgb_booster_save_buffer(handle, #"{"format": "ubj"}"#, &size, &bytes))
    return Array(UnsafeRawBufferPointer(start: bytes, count: Int(size)))
  }

  /// A model from the bytes of XGBoost's UBJSON or JSON format.
  public convenience init(library: XGBoostLibrary, bytes: [UInt8], threads: Int = 1) throws {
    try self.init(library: library, parameters: [])
    try library.check(cxgb_booster_load_buffer(handle, bytes, UInt64(bytes.count)))
    try set("nthread", String(threads))
  }

  /// Saves the model in the format that the name's ending tells (`.ubj`, `.json`).
  public func save(to path: String) throws { try library.check(cxgb_booster_save(handle, path)) }

  /// The model saved at `path`.
  public convenience init(library: XGBoostLibrary, path: String, threads: Int = 1) throws {
    try self.init(library: library, parameters: [])
    try library.check(cxgb_booster_load(handle, path))
    try set("nthread", String(threads))
  }
}
