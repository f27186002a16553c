import DataPipelines
import Testing

@testable import Engines

struct RowReaderTests {
  let reader = RowReader(signature: [
    SignatureColumn(
      name: "pH", type: .decimal, isOptional: false, minimum: 2.7, maximum: 4),
    SignatureColumn(name: "color", type: .category, isOptional: true, examples: ["red", "white"]),
    SignatureColumn(name: "isNew", type: .boolean, isOptional: true),
    SignatureColumn(name: "sold at", type: .timestamp, isOptional: true),
    SignatureColumn(name: "note", type: .text, isOptional: true),
  ])

  func read(_ json: String) throws -> RequestRows {
    try Array(json.utf8).withUnsafeBufferPointer { try reader.read($0) }
  }

  func failure(_ json: String) throws -> SignatureError {
    try #require(#expect(throws: SignatureError.self) { try read(json) })
  }

  let full: [Cell] = [.number(3.2), .text("red"), .number(1), .number(86_400), .text("dry")]

  @Test(arguments: [
    #"{"pH":3.2,"color":"red","isNew":true,"sold at":"1970-01-02","note":"dry"}"#,
    #"[{"pH":3.2,"color":"red","isNew":true,"sold at":"1970-01-02","note":"dry"}]"#,
    #" { "note" : "dry" , "isNew" : 1 , "sold at" : 86400 , "color" : "red" , "pH" : "3.2" } "#,
    #"{"p\u0048":3.2e0,"color":"r\u0065d","isNew":"yes","sold at":"1970-01-02T00:00:00Z","note":"dry"}"#,
    #"[3.2,"red",true,"1970-01-02 00:00","dry"]"#,
    #"[[3.2,"red",true,"1970-01-02T02:00:00+02:00","dry"]]"#,
    #"{"id":7,"nested":{"a":[1,{"b":"}"}]},"pH":3.2,"color":"red","isNew":true,"sold at":86400,"note":"dry"}"#,
    #"{"dataframe_split":{"index":[0],"columns":["note","pH","x","color","isNew","sold at"],"data":[["dry",3.2,0,"red",true,86400]]}}"#,
    #"{"dataframe_split":{"data":[["dry",3.2,"red",true,86400]],"columns":["note","pH","color","isNew","sold at"]}}"#,
    #"{"dataframe_records":[{"pH":3.2,"color":"red","isNew":true,"sold at":86400,"note":"dry"}]}"#,
    #"{"params":{"a":1},"instances":[{"pH":3.2,"color":"red","isNew":true,"sold at":86400,"note":"dry"}]}"#,
    #"{"instances":[[3.2,"red",true,86400,"dry"]],"params":{}}"#,
    #"{"inputs":{"pH":[3.2],"color":["red"],"isNew":[true],"sold at":[86400],"note":["dry"]}}"#,
    #"{"inputs":{"pH":3.2,"color":"red","isNew":true,"sold at":86400,"note":"dry"}}"#,
  ])
  func `a row reads the same in every shape`(json: String) throws {
    let rows = try read(json)
    #expect(rows.rowCount == 1)
    #expect(rows.cells == full)
  }

  @Test func `many rows keep their order`() throws {
    let rows = try read(#"[{"pH":1},{"pH":2,"color":null},{"pH":3}]"#)
    #expect(rows.rowCount == 3)
    #expect([0, 5, 10].map { rows.cells[$0] } == [.number(1), .number(2), .number(3)])
    let split = try read(
      #"{"dataframe_split":{"columns":["pH","color"],"data":[[1,"a"],[2,null]]}}"#)
    #expect(split.cells[1] == .text("a") && split.cells[6] == .missing)
  }

  @Test(arguments: [
    "0.1", "-0", "1e-5", "12345678901234567890", "1.7976931348623157e308", "5e-324", "1E+2",
    "0.000001234567890123456789", "9007199254740993", "123456789012345.678e-3", "\" 7.4 \"",
    "3.0000000000000000000000000000000000001", "Infinity", "1e400", "0.30000000000000004",
  ])
  func `numbers are the nearest ones to their digits`(text: String) throws {
    let value = try #require(Double(text.filter { $0 != "\"" && $0 != " " }))
    let cell = try read("[\(text),null,null,null,null]").cells[0]
    guard case .number(let number) = cell else {
      Issue.record("\(cell)")
      return
    }
    #expect(number.bitPattern == value.bitPattern)
  }

  @Test(arguments: ["\"NA\"", "\"\"", "\"?\"", "null", "NaN"])
  func `what stands for no value is missing`(text: String) throws {
    let rows = try read("[[3,\(text),\(text),\(text),\"x\"]]")
    #expect(rows.cells[1...3].allSatisfy { $0 == .missing })
  }

  @Test func `a text column keeps words that elsewhere mean missing`() throws {
    #expect(try read(#"[3,null,null,null,"none"]"#).cells[4] == .text("none"))
  }

  @Test func `a missing required column is named with its row and what it wants`() throws {
    for json in [#"[{"pH":3},{"color":"red"}]"#, #"[{"pH":3},{"pH":null}]"#] {
      let error = try failure(json)
      #expect(error.code == .columnMissing)
      #expect(error.row == 1 && error.column == "pH")
      #expect(
        error.message
          == "Row 1: column `pH` is missing; expected a number (in training 2.7 to 4).")
    }
  }

  @Test(arguments: [
    (#"{"pH":"sour"}"#, "pH", "\"sour\""), (#"{"pH":[1]}"#, "pH", "an array"),
    (#"{"pH":3,"isNew":2}"#, "isNew", "2"), (#"{"pH":3,"isNew":"maybe"}"#, "isNew", "\"maybe\""),
    (#"{"pH":3,"sold at":"2024-13-01"}"#, "sold at", "\"2024-13-01\""),
    (#"{"pH":3,"sold at":"2023-02-29"}"#, "sold at", "\"2023-02-29\""),
    (#"{"pH":3,"sold at":true}"#, "sold at", "true"),
    (#"{"pH":3,"color":{}}"#, "color", "an object"),
  ])
  func `a value of another type is named with its column`(
    json: String, column: String, value: String
  ) throws {
    let error = try failure(json)
    #expect(error.code == .valueInvalid)
    #expect(error.row == 0 && error.column == column && error.value == value)
    #expect(error.expectation != nil)
  }

  @Test func `a category never seen is accepted`() throws {
    #expect(try read(#"{"pH":3,"color":"blue"}"#).cells[1] == .text("blue"))
    #expect(try read(#"{"pH":3,"color":4}"#).cells[1] == .text("4"))
  }

  @Test(arguments: [
    "", "{", "[", "{\"pH\"", "{\"pH\":}", "{\"pH\":3", "[1,2", "{\"pH\":3}}", "nope",
    "{\"pH\":01x}", "{\"pH\":-}", "{\"pH\":1.}", "{\"pH\":1e}", "{pH:3}", "[{\"pH\":3},]",
    "{\"pH\":3,\"note\":\"\u{1}\"}", "{\"pH\":3,\"note\":\"\\x\"}", "{\"pH\":3,\"note\":\"\\u12\"}",
    String(repeating: "[", count: 5_000),
  ])
  func `what is no JSON is refused with its place`(json: String) throws {
    let error = try failure(json)
    #expect([.invalidJSON, .valueInvalid, .rowsInvalid].contains(error.code))
  }

  @Test(arguments: [
    "3", "\"text\"", "null", "[]", "[1,2]", "[[1,2]]", #"[{"pH":3},[3]]"#,
    #"{"dataframe_split":[]}"#, #"{"dataframe_split":{"columns":["pH"]}}"#,
    #"{"inputs":{"pH":[1,2],"color":["a"]}}"#, #"{"dataframe_records":[]}"#,
    #"{"dataframe_split":{"columns":["pH"],"data":[]}}"#, #"{"inputs":{}}"#,
  ])
  func `JSON without rows of a known shape says so`(json: String) throws {
    #expect(try failure(json).code == .rowsInvalid)
  }

  @Test func `a nested value deeper than the bound is refused, not followed`() throws {
    let deep = "{\"pH\":3,\"x\":" + String(repeating: "[", count: 100_000)
    #expect(try failure(deep).code == .invalidJSON)
  }

  @Test func `a column may be called as a shape of MLflow's is`() throws {
    let reader = RowReader(signature: [
      SignatureColumn(name: "inputs", type: .decimal, isOptional: false)
    ])
    let rows = try Array(#"{"inputs":3}"#.utf8).withUnsafeBufferPointer { try reader.read($0) }
    #expect(rows.cells == [.number(3)])
  }

  @Test func `a model of one column takes bare values as instances`() throws {
    let reader = RowReader(signature: [
      SignatureColumn(name: "x", type: .decimal, isOptional: false)
    ])
    let rows = try Array(#"{"instances":[1,2,3]}"#.utf8)
      .withUnsafeBufferPointer { try reader.read($0) }
    #expect(rows.cells == [.number(1), .number(2), .number(3)])
  }
}
