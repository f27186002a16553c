/// What energy emitted, as HTTP and `--output json` tell it.
public struct EmissionWire: Codable, Sendable, Equatable {
  /// Grams of CO2 equivalents.
  public var co2eGrams: Double
  /// By which figure, and where that is from.
  public var method: String

  /// Takes every value as it is.
  public init(co2eGrams: Double, method: String) {
    self.co2eGrams = co2eGrams
    self.method = method
  }
}

extension EmissionWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["co2e_grams": .number, "method": .text]
}
