import Basics
import Testing

@testable import Optimization

struct SobolSamplerTests {
  @Test func `choices and numbers come evenly`() throws {
    let space = try SearchSpace([
      SearchParameter("word", .categorical(["a", "b", "c", "d"])),
      SearchParameter("n", .int(low: 1, high: 8)), SearchParameter("flag", .boolean),
    ])
    var study = Study(space: space, goal: .minimize, sampler: SobolSampler(), seed: 3)
    let points = (0..<64).map { _ in study.ask().point }
    for word in ["a", "b", "c", "d"] { #expect(points.count { $0.word("word") == word } == 16) }
    for n in 1...8 { #expect(points.count { $0.number("n") == Double(n) } == 8) }
    #expect(points.count { $0.flag("flag") == true } == 32)
    // The first two dimensions are a net: each pair of a word and a number comes twice.
    var pairs: [String: Int] = [:]
    for point in points {
      pairs["\(point.word("word") ?? "") \(point.number("n") ?? 0)", default: 0] += 1
    }
    #expect(pairs.count == 32)
    #expect(Set(pairs.values) == [2])
  }

  @Test func `beyond the table of directions points stay in the space`() throws {
    let space = try SearchSpace(
      (0..<200).map { SearchParameter("x\($0)", .float(low: 0, high: 1)) })
    var study = Study(space: space, goal: .minimize, sampler: SobolSampler(), seed: 3)
    for _ in 0..<8 { #expect(space.contains(study.ask().point)) }
  }
}
