import API
import Basics
import Compute

extension SiteDeclaration {
  /// What a request says of a site; it is checked where it is taken.
  init(_ wire: SiteDeclarationWire) throws {
    guard wire.carbonOrigin == nil || wire.carbonGramsPerKwh != nil else {
      throw ServerError(
        .badRequest, "'carbon_origin' says where a figure is from that is missing.",
        hint: "Name 'carbon_grams_per_kwh' (--carbon-intensity), too.")
    }
    self.init(
      location: wire.location, energySource: wire.energySource,
      carbon: wire.carbonGramsPerKwh.map {
        CarbonIntensity(gramsPerKWh: $0, origin: wire.carbonOrigin)
      }, dataClasses: try wire.dataClasses.map { try $0.map { try DataClass(word: $0) } })
  }
}

extension SiteDeclarationWire {
  /// The wire form of what is said of a site.
  init(_ said: SiteDeclaration) {
    self.init()
    (location, energySource) = (said.location, said.energySource)
    (carbonGramsPerKwh, carbonOrigin) = (said.carbon?.gramsPerKWh, said.carbon?.origin)
    dataClasses = said.dataClasses?.map(\.rawValue)
  }
}
