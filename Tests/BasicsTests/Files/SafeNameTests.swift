import Basics
import Testing

struct SafeNameTests {
  @Test(arguments: [
    "", "/etc/passwd", "../x", "a/../b", "a/..", ".", "..", "a//b", "a/", "./a", "a\u{0}b", "a\nb",
    "a\\b", String(repeating: "x", count: 256), String(repeating: "ab/", count: 1_000) + "c",
  ])
  func `a path that could leave its folder is refused`(name: String) {
    #expect(throws: BasicsError.self) { try safePath(name, in: "/home") }
  }

  @Test(arguments: ["a", "a/b.parquet", "...", "..a", "ä/ö", "a b", "-x"])
  func `an ordinary path stays below its folder`(name: String) throws {
    #expect(try safePath(name, in: "/home") == "/home/\(name)")
  }

  @Test(arguments: [
    "", ".hidden", "-x", "a/b", "a b", "ä", "a\n", String(repeating: "x", count: 129),
  ])
  func `a name that is no plain word is refused with a hint`(name: String) {
    let error = #expect(throws: BasicsError.self) { try SafeName(name, of: "endpoint") }
    #expect(error?.hint != nil)
  }

  @Test func `no drawn path ever leaves the folder`() throws {
    var generator = SystemRandomNumberGenerator()
    let alphabet = Array("./\\a\0 \n~".unicodeScalars)
    for _ in 0..<20_000 {
      var name = ""
      for _ in 0..<Int.random(in: 0...8, using: &generator) {
        name.unicodeScalars.append(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)])
      }
      guard let path = try? safePath(name, in: "/root") else { continue }
      var depth = 0
      for part in path.dropFirst("/root/".count).split(
        separator: "/", omittingEmptySubsequences: false)
      {
        #expect(part != ".." && part != "." && !part.isEmpty, "\(name)")
        depth += 1
      }
      #expect(path.hasPrefix("/root/") && depth > 0)
    }
  }
}
