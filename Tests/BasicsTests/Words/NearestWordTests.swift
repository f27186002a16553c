import Basics
import Testing

struct NearestWordTests {
  @Test(arguments: [
    ("tarqet", "target"), ("Targte", "target"), ("sorce", "source"), ("splti", "split"),
    ("checkss", "checks"),
  ])
  func `a mistyped word finds the one that was meant`(typed: String, meant: String) {
    #expect(nearestWord(to: typed, among: ["source", "target", "split", "checks"]) == meant)
  }

  @Test func `a word that is near to none finds none`() {
    #expect(nearestWord(to: "banana", among: ["source", "target"]) == nil)
    #expect(nearestWord(to: "", among: ["a"]) == nil)
    #expect(nearestWord(to: "x", among: []) == nil)
  }
}
