public import Basics

/// What a person says of a site beyond how it is reached: where it is, what feeds it, and which data may go there.
public struct SiteDeclaration: Sendable, Equatable {
  /// Where its machines stand, in a person's words.
  public var location: String?
  /// What its energy comes from, in a person's words.
  public var energySource: String?
  /// What its energy emits; nil where nobody said.
  public var carbon: CarbonIntensity?
  /// The classes of data that jobs there may read, the least restricted first; nil is all.
  public var dataClasses: [DataClass]?

  /// Takes every value as it is.
  public init(
    location: String? = nil, energySource: String? = nil, carbon: CarbonIntensity? = nil,
    dataClasses: [DataClass]? = nil
  ) {
    self.location = location
    self.energySource = energySource
    self.carbon = carbon
    self.dataClasses = dataClasses.map { Array(Set($0)).sorted() }
  }

  /// Whether jobs there may read data of a class.
  public func allows(_ dataClass: DataClass) -> Bool { dataClasses?.contains(dataClass) ?? true }

  /// Throws a sentence for the first value that cannot be used.
  func check() throws(JobError) {
    for (name, text) in [
      ("location", location), ("energy source", energySource), ("origin", carbon?.origin),
    ] {
      guard let text else { continue }
      let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
      guard isPlain, text.contains(where: { !$0.isWhitespace }), text.utf8.count <= 200 else {
        throw JobError(
          .siteInvalid, "\(visible(text)) is no \(name) of a site",
          hint: "Write 1 to 200 bytes in one line.")
      }
    }
    if let carbon, !(0...CarbonIntensity.mostGramsPerKWh).contains(carbon.gramsPerKWh) {
      throw JobError(
        .siteInvalid, "a carbon intensity of \(carbon.gramsPerKWh) g/kWh cannot be",
        hint: "It is in 0...\(Int(CarbonIntensity.mostGramsPerKWh)) grams of CO2e for each kWh.")
    }
    guard dataClasses?.isEmpty != true else {
      throw JobError(
        .siteInvalid, "a site takes data of at least one class",
        hint: "The classes: \(DataClass.words(DataClass.allCases)).")
    }
  }
}

/// What energy emits on its way into a machine.
public struct CarbonIntensity: Sendable, Equatable {
  /// More than any way to make electricity emits.
  static let mostGramsPerKWh = 5_000.0
  private static let joulesOfKWh = 3_600_000.0

  /// Grams of CO2 equivalents for each kilowatt-hour.
  public var gramsPerKWh: Double
  /// Where the figure is from, in a person's words.
  public var origin: String?

  /// Takes every value as it is.
  public init(gramsPerKWh: Double, origin: String? = nil) {
    self.gramsPerKWh = gramsPerKWh
    self.origin = origin
  }

  /// The figure and where it is from, for people.
  public var words: String {
    let figure =
      gramsPerKWh == gramsPerKWh.rounded() ? "\(Int(gramsPerKWh))" : "\(gramsPerKWh)"
    return "\(figure) g CO2e/kWh (\(origin ?? "as somebody said of the site"))"
  }

  /// Grams of CO2 equivalents of so many joules.
  public func grams(ofJoules joules: Double) -> Double { joules / Self.joulesOfKWh * gramsPerKWh }
}
