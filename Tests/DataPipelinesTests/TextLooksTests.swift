import Testing

@testable import DataPipelines

/// Columns of texts that are nearly numbers, amounts or dates.
@Suite struct TextLooksTests {
  private func warning(_ value: (Int) -> String) throws -> String? {
    let fixture = try DatasetFixture()
    var csv = "v;y\n"
    for row in 0..<100 { csv += "\(value(row));\(row)\n" }
    let (_, folder) = try fixture.build(try fixture.request(csv))
    return try folder.profile().warnings.first { $0.code == "text_of_others" }?.message
  }

  @Test func `Numbers among words, amounts and mixed dates are told with what would help`() throws {
    #expect(
      try warning { $0 % 4 == 0 ? "oops" : "\($0).5" }
        == "Column v holds numbers in 75 of 100 rows and others such as “oops”: it is taken as text. "
        + "Mend them, or derive a number: TRY_CAST(\"v\" AS DOUBLE).")
    #expect(try warning { "$\($0).25" }?.contains("numbers with signs") == true)
    #expect(try warning { "\($0 + 1).5%" }?.contains("numbers with signs") == true)
    #expect(
      try warning { $0 % 2 == 0 ? "\(1900 + $0)-01-05" : "05.01.\(1900 + $0)" }?
        .contains("dates in several formats") == true)
    #expect(try warning { "word\($0) and another" } == nil)
  }

  @Test func `A target whose words nearly all differ is refused with an example`() throws {
    let fixture = try DatasetFixture()
    var csv = "x,y\n"
    for row in 0..<200 { csv += "\(row),\(row % 4 == 0 ? "oops" : "\(row).25")\n" }
    let error = try #require(try fixture.failure(try fixture.request(csv)))
    #expect(error.code == .targetUnfit)
    #expect(
      error.message == "The target y has 151 different words in 200 rows, too many to be classes; "
        + "it holds numbers in 150 of 200 rows and others such as “oops”.")
    #expect(error.hint == "Mend them, or derive a number: TRY_CAST(\"y\" AS DOUBLE).")

    // With the advice taken it is a target of numbers.
    var request = try fixture.request(csv)
    request.derive = [.init(name: "y", sql: "TRY_CAST(\"y\" AS DOUBLE)")]
    let (manifest, _) = try fixture.build(request)
    #expect(manifest.rowCount == 150)
    #expect(manifest.columns.last?.type == .decimal)
  }
}
