internal import Basics
internal import Compute

/// Reads `site` and `resources` of a section whose stage is a job of a stage program.
enum StagePlaceParser {
  /// The keys that it reads.
  static let known = ["site", "resources"]

  /// - Parameters:
  ///   - program: what the stage program is called, as the subject of a sentence.
  ///   - takesAllCores: whether it uses all cores of its machine where nothing is said.
  static func parse(
    _ section: SectionReader, program: String, takesAllCores: Bool = true
  ) -> StagePlace {
    var place = StagePlace()
    readResources(section, program: program, into: &place)
    place.site = site(section)
    if let site = place.site, place.cpus == nil, takesAllCores {
      // A machine that reads the file knows its own cores alone.
      section.problems.add(
        section.line(of: "site"),
        "\(section.joined("site")): jobs on \(visible(site)) need `resources: {cpus: …}`, because "
          + "nobody here knows how many cores its nodes have")
    }
    return place
  }

  /// The name of a site; nil is this machine.
  static func site(_ section: SectionReader) -> String? {
    section.text("site", "the name of a site").flatMap { $0 == Site.localName ? nil : $0 }
  }

  private static func readResources(
    _ section: SectionReader, program: String, into place: inout StagePlace
  ) {
    guard
      let resources = section.section(
        "resources", known: ["cpus", "memory", "time"],
        later: [
          "gpus": "\(program) uses no accelerators yet; remove the key",
          "nodes": "\(program) works on one node; remove the key",
        ])
    else { return }
    place.cpus = resources.integer("cpus", in: 1...1024)
    place.memoryBytes = resources.byteCount("memory")
    place.timeLimitMs = resources.timeSpan("time")
  }
}
