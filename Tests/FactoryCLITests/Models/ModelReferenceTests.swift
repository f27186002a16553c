import Testing

@testable import FactoryCLI

struct ModelReferenceTests {
  @Test(arguments: [
    ("wine", "/api/v1/models/wine/versions/latest"),
    ("wine:3", "/api/v1/models/wine/versions/3"),
    ("wine@champion", "/api/v1/models/wine/versions/%40champion"),
    ("a b:12", "/api/v1/models/a%20b/versions/12"),
  ])
  func `a reference names a model's version`(text: String, path: String) throws {
    #expect(try #require(ModelReference(argument: text)).path == path)
  }

  @Test(arguments: ["", ":3", "@champion", "wine:", "wine:x", "wine:0", "wine:-1", "wine@"])
  func `what names no version is refused`(text: String) {
    #expect(ModelReference(argument: text) == nil)
  }
}
