internal import Basics
internal import DataPipelines

/// Reads the `data` section.
enum DataSectionParser {
  static func parse(_ file: SectionReader) -> WorkflowDefinition.DataSection? {
    guard
      let section = file.section(
        "data",
        known: [
          "source", "target", "test_source", "where", "derive", "join", "exclude", "checks",
          "split", "class", "prepare",
        ] + StagePlaceParser.known)
    else { return nil }
    section.require("source", "the file, glob, folder or URL of the table")
    section.require("target", "the column to predict")
    let source = section.text("source", "a file, glob, folder or URL")
    let target = section.text("target", "the name of a column")
    var data = WorkflowDefinition.DataSection(source: source ?? "", target: target ?? "")
    data.testSource = testSource(section)
    data.where = section.text("where", "an SQL condition in quotes")
    data.derive = derivations(section)
    data.join = joins(section)
    data.exclude = section.texts("exclude") ?? []
    data.checks = section.sections(
      "checks", "a list of checks, such as [{column: id, unique: true}]", known: CheckParser.keys
    ).compactMap(CheckParser.parse)
    (data.split, data.isSplitRuleGiven) = split(section, hasTestSource: data.testSource != nil)
    data.dataClass = section.word("class", among: DataClass.allCases.map(\.rawValue))
      .flatMap { DataClass(rawValue: $0) }
    data.command = DataCommandParser.parse(section)
    data.place = StagePlaceParser.parse(section, program: "the reader of tables")
    if let target, data.exclude.contains(target) {
      section.problems.add(
        section.line(of: "exclude"), "data.exclude: \(visible(target)) is the target")
    }
    guard source != nil, target != nil else { return nil }
    return data
  }

  /// A file alone, or a mapping with what is done to its rows alone.
  private static func testSource(
    _ data: SectionReader
  ) -> WorkflowDefinition.DataSection.TestSource? {
    guard case .mapping? = data.node("test_source")?.content else {
      return data.text("test_source", "a file, glob, folder or URL")
        .map(WorkflowDefinition.DataSection.TestSource.init)
    }
    guard
      let section = data.section("test_source", known: ["source", "where", "derive", "join"])
    else { return nil }
    section.require("source", "the file, glob, folder or URL of the test rows")
    guard let source = section.text("source", "a file, glob, folder or URL") else { return nil }
    var test = WorkflowDefinition.DataSection.TestSource(source: source)
    test.where = section.text("where", "an SQL condition in quotes")
    test.derive = derivations(section)
    test.join = joins(section)
    return test
  }

  private static func derivations(_ section: SectionReader) -> [DatasetRequest.Derivation] {
    guard let node = section.node("derive") else { return [] }
    let expected = #"SQL expressions by column name, such as {ratio: "sulphates / chlorides"}"#
    guard case .mapping(let entries) = node.content else {
      section.refuse("derive", expected: expected, found: node)
      return []
    }
    return entries.compactMap { entry in
      guard let sql = entry.value.text, !sql.isEmpty else {
        section.refuse("derive", expected: expected, found: entry.value)
        return nil
      }
      return DatasetRequest.Derivation(name: entry.key, sql: sql)
    }
  }

  /// One join, or a list of them.
  private static func joins(_ section: SectionReader) -> [WorkflowDefinition.DataSection.Join] {
    let known = ["source", "using"]
    guard let node = section.node("join") else { return [] }
    let readers: [SectionReader]
    if case .list = node.content {
      readers = section.sections("join", "a list of joins", known: known)
    } else {
      readers = section.section("join", known: known).map { [$0] } ?? []
    }
    return readers.compactMap { join in
      join.require("source", "the table to join")
      join.require("using", "the columns that both tables have, such as [site]")
      let source = join.text("source", "a file, glob, folder or URL")
      guard let source, let using = join.texts("using") else { return nil }
      guard !using.isEmpty else {
        join.problems.add(
          join.line(of: "using"), "\(join.joined("using")): expected at least one column")
        return nil
      }
      return WorkflowDefinition.DataSection.Join(source: source, using: using)
    }
  }

  private static func split(
    _ section: SectionReader, hasTestSource: Bool
  ) -> (DatasetRequest.Split, isRuleGiven: Bool) {
    var split = DatasetRequest.Split()
    if hasTestSource { split.test = 0 }
    guard
      let reader = section.section("split", known: ["by", "test", "validation", "seed"])
    else { return (split, false) }
    if let rule = rule(reader) { split.rule = rule }
    if let test = reader.share("test") {
      if hasTestSource {
        reader.problems.add(
          reader.line(of: "test"),
          "data.split.test: the test rows come from 'test_source'; remove one of the two")
      }
      split.test = test
    }
    if let validation = reader.share("validation") { split.validation = validation }
    if let seed = reader.integer("seed", in: 0...Int.max) { split.seed = UInt64(seed) }
    if split.test + split.validation >= 1 {
      reader.problems.add(
        reader.line,
        "data.split: test and validation together leave no row for training; "
          + "expected a sum below 1, found \(split.test + split.validation)")
    }
    return (split, reader.has("by"))
  }

  private static func rule(_ split: SectionReader) -> DatasetRequest.Split.Rule? {
    guard let node = split.node("by") else { return nil }
    let expected = "random, stratified, {group: COLUMN} or {time: COLUMN}"
    switch node.content {
    case .scalar(let text, _):
      switch text {
      case "random": return .random
      case "stratified": return .stratified
      case "group", "time":
        split.refuse("by", expected: "{\(text): COLUMN}", found: node)
      default:
        split.refuse(
          "by", expected: expected, found: node,
          nearest: nearestWord(to: text, among: ["random", "stratified"]))
      }
    case .list: split.refuse("by", expected: expected, found: node)
    case .mapping:
      guard let by = split.section("by", known: ["group", "time"]) else { return nil }
      switch (by.text("group", "a column"), by.text("time", "a column")) {
      case (let column?, nil): return .group(column: column)
      case (nil, let column?): return .time(column: column)
      case (nil, nil) where by.has("group") || by.has("time"): return nil
      default: split.refuse("by", expected: expected, found: node)
      }
    }
    return nil
  }
}
