import Basics
import Foundation
import Testing

@testable import Optimization

struct NSGA2SamplerTests {
  /// ZDT1 of Zitzler, Deb & Thiele 2000 in six dimensions; its frontier has a hypervolume of 2/3 up to (1, 1).
  static func zdt1(_ x: [Double]) -> [Double] {
    let g = 1 + 9 * x.dropFirst().reduce(0, +) / Double(x.count - 1)
    return [x[0], g * (1 - (x[0] / g).squareRoot())]
  }

  static func volume(_ sampler: any Sampler, trials: Int, seed: UInt64) -> Double {
    let space = SamplerCases.space(
      (0..<6).map { SearchParameter("x\($0)", .float(low: 0, high: 1)) })
    var study = Study(
      space: space, goals: [.minimize, .minimize], sampler: sampler, seed: seed, budget: trials)
    for _ in 0..<trials {
      let trial = study.ask()
      let x = (0..<6).map { trial.point.number("x\($0)") ?? .nan }
      study.tell(trial.number, .completed(values: zdt1(x)))
    }
    return Hypervolume.of(study.frontier.compactMap(\.values), reference: [1, 1])
  }

  static func median(_ sampler: any Sampler, trials: Int) -> Double {
    (0..<5).map { volume(sampler, trials: trials, seed: $0) }.sorted()[2]
  }

  @Test func `breeds a frontier that random search does not find`() {
    #expect(Self.median(NSGA2Sampler(), trials: 600) > 0.42)
    #expect(Self.median(TPESampler(), trials: 200) > 0.12)
    #expect(Self.median(RandomSampler(), trials: 600) < 0.1)
  }
}
