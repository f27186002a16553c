import Basics
import Testing

@testable import Experimentation

struct BootstrapTests {
  @Test func `the interval of a mean is that of theory`() throws {
    // Errors of ±1 with one in four twice as large: MAE is 1.25, its deviation 0.433 / √n.
    let truth = [Double](repeating: 0, count: 400)
    let predicted = (0..<400).map { $0.isMultiple(of: 4) ? 2.0 : 1.0 }
    let scorer = PredictionScorer.numbers(RegressionScorer(truth: truth, predicted: predicted))
    let replicates = Bootstrap(rowCount: 400, clusters: nil, seed: 1)
      .replicates(of: [scorer], draws: 1000)
    let mae = replicates[0].interval(.mae, around: 1.25)
    let half = 1.96 * 0.4330127 / 20
    #expect(abs(mae.low - (1.25 - half)) < 0.006)
    #expect(abs(mae.high - (1.25 + half)) < 0.006)
  }

  @Test func `rows that belong together make the interval wider`() throws {
    let truth = [Double](repeating: 0, count: 400)
    let predicted = (0..<400).map { $0 < 100 ? 2.0 : 1.0 }
    let clusters = (0..<400).map { Int32($0 / 50) }
    let scorer = PredictionScorer.numbers(RegressionScorer(truth: truth, predicted: predicted))
    func width(_ clusters: [Int32]?) -> Double {
      let interval = Bootstrap(rowCount: 400, clusters: clusters, seed: 1)
        .replicates(of: [scorer], draws: 400)[0].interval(.mae, around: 1.25)
      return interval.high - interval.low
    }
    #expect(width(clusters) > 3 * width(nil))
  }

  @Test func `weights in a draw equal rows that are repeated`() throws {
    var generator = SeededGenerator(seed: 5)
    let probabilities = (0..<40).flatMap { _ -> [Double] in
      let chance = Double(generator.next(below: 9)) / 9
      return [1 - chance, chance]
    }
    let codes = (0..<40).map { _ in Int32(generator.next(below: 2)) }
    let counts = (0..<40).map { _ in UInt16(generator.next(below: 4)) }
    let repeated = counts.indices.flatMap { row in
      [Int](repeating: row, count: Int(counts[row]))
    }
    let truth = Truth.codes(codes, classes: ["a", "b"])
    let output = ModelOutput.probabilities(probabilities, classCount: 2)
    let weighted = try PredictionScorer(truth: truth, output: output)
      .metrics(CountedWeights(counts: counts))
    let plain = try PredictionScorer(truth: truth.rows(repeated), output: output.rows(repeated))
      .metrics
    #expect(weighted.count == plain.count)
    for (name, value) in plain {
      #expect(abs(value - (weighted[name] ?? .nan)) < 1e-12, "\(name.rawValue)")
    }
  }

  @Test(arguments: [(100, 1000), (100_000, 1000), (1_000_000, 100), (50_000_000, 100)])
  func `draws are bounded by the rows`(rowCount: Int, draws: Int) {
    #expect(Bootstrap.drawCount(rowCount: rowCount, scorerCount: 3) == draws)
  }

  @Test func `quantiles interpolate between order statistics`() {
    #expect(Quantile.of(sorted: [1, 2, 3, 4], at: 0.5) == 2.5)
    #expect(Quantile.of(sorted: [1, 2, 3, 4], at: 1) == 4)
    #expect(Quantile.of(sorted: [7], at: 0.3) == 7)
    #expect(Quantile.of(sorted: [], at: 0.3).isNaN)
  }
}
