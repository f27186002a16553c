internal import API
internal import ArgumentParser

/// What a person says of a site.
struct SiteDeclarationOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Where its machines stand.", valueName: "words"))
  var location: String?

  @Option(help: ArgumentHelp("What its energy comes from.", valueName: "words"))
  var energySource: String?

  @Option(help: ArgumentHelp("Grams of CO2e for each kWh of its energy.", valueName: "g/kWh"))
  var carbonIntensity: String?

  @Option(help: ArgumentHelp("Where that figure is from.", valueName: "words"))
  var carbonOrigin: String?

  @Option(
    help: ArgumentHelp(
      "Classes of data that jobs there may read, with commas: public, internal, confidential, "
        + "restricted (default: all).", valueName: "classes"))
  var dataClasses: String?

  /// Whether anything is said.
  var isGiven: Bool {
    [location, energySource, carbonIntensity, carbonOrigin, dataClasses].contains { $0 != nil }
  }

  /// What is said now, over what was said before: `none`, and `all` for classes, take something back.
  func changed(_ before: SiteDeclarationWire) throws -> SiteDeclarationWire {
    var said = before
    if let location { said.location = Self.text(location) }
    if let energySource { said.energySource = Self.text(energySource) }
    if let carbonIntensity {
      said.carbonGramsPerKwh = try Self.text(carbonIntensity).map { word -> Double in
        guard let grams = Double(word) else {
          throw CLIError(
            .usage, "'\(word)' is no carbon intensity.",
            hint: "Write grams of CO2e for each kWh, such as --carbon-intensity 45.")
        }
        return grams
      }
      // The old origin says nothing about a new figure.
      said.carbonOrigin = nil
    }
    if let carbonOrigin { said.carbonOrigin = Self.text(carbonOrigin) }
    if let dataClasses {
      said.dataClasses =
        dataClasses == "all" ? nil : dataClasses.split(separator: ",").map(String.init)
    }
    return said
  }

  private static func text(_ word: String) -> String? { word == "none" ? nil : word }
}
