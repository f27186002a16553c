/// What a person says of a site, as HTTP and `--output json` tell it.
public struct SiteDeclarationWire: Codable, Sendable, Equatable {
  /// Where its machines stand.
  public var location: String?
  /// What its energy comes from.
  public var energySource: String?
  /// Grams of CO2 equivalents for each kilowatt-hour.
  public var carbonGramsPerKwh: Double?
  /// Where that figure is from.
  public var carbonOrigin: String?
  /// Classes of data that jobs there may read; absent for all.
  public var dataClasses: [String]?

  /// Says nothing.
  public init() {}
}

extension SiteDeclarationWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "location?": .text, "energy_source?": .text, "carbon_grams_per_kwh?": .number,
    "carbon_origin?": .text, "data_classes?": .list(DatasetClassWire.word),
  ]
}
