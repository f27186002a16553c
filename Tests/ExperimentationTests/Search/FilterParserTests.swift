import Testing

@testable import Experimentation

struct FilterParserTests {
  @Test(arguments: [
    ("metrics.rmse < 0.5", "metrics", "rmse", FilterOperator.less, FilterValue.number(0.5)),
    ("metric.\"a b\" >= -3", "metric", "a b", .greaterOrEqual, .integer(-3)),
    ("params.`a\"b` = 'it''s'", "params", "a\"b", .equal, .text("it's")),
    ("tags.mlflow.parentRunId != \"x\"", "tags", "mlflow.parentRunId", .notEqual, .text("x")),
    ("tag.a/b.c LIKE 'x%'", "tag", "a/b.c", .like, .text("x%")),
    ("run_name ilike 'R_n'", "", "run_name", .iLike, .text("R_n")),
    ("`run name`='x'", "", "run name", .equal, .text("x")),
    ("run_id IN ('a','b')", "", "run_id", .isIn, .list(["a", "b"])),
    ("attributes.run_id  not  in ( 'a' , )", "attributes", "run_id", .isNotIn, .list(["a"])),
    ("tags.x IS NULL", "tags", "x", .isNull, .none),
    ("params.x is not null", "params", "x", .isNotNull, .none),
    ("start_time > 1700000000000", "", "start_time", .greater, .integer(1_700_000_000_000)),
    ("metrics.m = 1e-3", "metrics", "m", .equal, .number(0.001)),
    ("tags.ü = 'Ünïcode %'", "tags", "ü", .equal, .text("Ünïcode %")),
  ])
  func `one comparison is read with all its quotes`(
    text: String, entity: String, key: String, comparison: FilterOperator, value: FilterValue
  ) throws {
    let clauses = try FilterParser.clauses(of: text)
    #expect(clauses.count == 1)
    #expect((clauses.first?.entity ?? "") == entity)
    #expect(clauses.first?.key == key)
    #expect(clauses.first?.comparison == comparison)
    #expect(clauses.first?.value == value)
  }

  @Test func `comparisons are joined by AND in any case, also inside quotes left alone`() throws {
    let clauses = try FilterParser.clauses(
      of: " a.b = 'x AND y'\n and c = \"OR\" AND metrics.d>1\tAnD e!='(' ")
    #expect(clauses.map(\.key) == ["b", "c", "d", "e"])
    #expect(clauses.first?.value == .text("x AND y"))
    #expect(try FilterParser.clauses(of: "  ").isEmpty)
  }

  @Test(arguments: [
    "a = 1 AND", "AND a = 1", "a = 1 AND AND b = 2", "a = 1 b = 2", "\"a\" = 1", "metrics.'a' = 1",
  ])
  func `what MLflow's server forgives is forgiven`(text: String) throws {
    let clauses = try FilterParser.clauses(of: text)
    #expect(clauses.map(\.key) == (text.contains("2") ? ["a", "b"] : ["a"]))
  }

  @Test(arguments: [
    "metrics.a > 1 OR metrics.b > 1", "(metrics.a > 1)", "metrics.a", "metrics.a >", "> 1", "'a'",
    "a = 'x", "a = \"x", "a = `x`", "a. = 'x'", "a == 1", "a <> 1", "a = 1 b", "a = 1 OR",
    "a = 1; DROP TABLE run", "a IN ()", "a IN ('x' 'y')", "a IN ('x'", "a IS 'x'", "a NOT 'x'",
    "a = 1.2.3", "a = -", "a = 1e999", "a ! 1", "a = x", "é = ?", "\u{0}",
  ])
  func `what is no filter is refused`(text: String) {
    #expect(throws: ExperimentationError.self) {
      let query = try RunQuery(filter: text, order: [])
      Issue.record("\(text) became \(query.conditions)")
    }
  }

  @Test func `no filter of random words stops the parser or writes its values into SQL`() throws {
    let words = [
      "metrics.", "a", ".", "'", "\"", "`", "=", "<", "LIKE", "IN", "(", ")", ",", "AND", "IS",
      "NOT", "NULL", "1", "-", "e", ";", "--", "params.x", "'y'", " ", "tags.k", "DROP",
    ]
    var state: UInt64 = 7
    for _ in 0..<20_000 {
      var text = ""
      for _ in 0..<8 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += words[Int(state >> 33) % words.count] + (state >> 20 & 1 == 0 ? " " : "")
      }
      // Most of them are refused; none may do anything else but be refused or compiled.
      guard let query = try? RunQuery(filter: text, order: []) else { continue }
      for condition in query.conditions {
        #expect(!condition.sql.contains("DROP") && !condition.sql.contains("--"))
      }
    }
  }

  @Test(arguments: [
    ("a%b_c", "a*b?c"), ("*?[", "[*][?][[]"), ("", ""),
  ])
  func `a pattern of LIKE becomes one of GLOB`(like: String, glob: String) {
    #expect(SQLCondition.globPattern(ofLike: like) == glob)
  }

  @Test func `an order is read with its direction`() throws {
    #expect(
      try OrderClause(parsing: "metrics.`a b` DESC")
        == OrderClause(entity: "metrics", key: "a b", isAscending: false))
    #expect(try OrderClause(parsing: "start_time").isAscending)
    for bad in ["", "a b c", "a SIDEWAYS", "a; b", "1"] {
      #expect(throws: ExperimentationError.self) { try OrderClause(parsing: bad) }
    }
  }

  @Test func `a page's token leads to the next page and nothing else does`() throws {
    let first = try SearchPage(limit: 10)
    #expect(first.nextToken(count: 10) == nil)
    let token = try #require(first.nextToken(count: 11))
    #expect(try SearchPage(limit: 5, token: token).offset == 10)
    for bad in ["?", "aGVsbG8=", "eyJvZmZzZXQiOiAtMX0="] {
      #expect(throws: ExperimentationError.self) { try SearchPage(limit: 5, token: bad) }
    }
  }
}
