import Testing

@testable import Experimentation

struct TraceCorrelationTests {
  @Test(arguments: [
    // Independent: a quarter of the traces have both.
    (TraceCorrelation(first: 50, second: 50, both: 25, all: 100), 0.0),
    // Never together.
    (TraceCorrelation(first: 3, second: 4, both: 0, all: 10), -1.0),
    // Always together, with others and without.
    (TraceCorrelation(first: 2, second: 2, both: 2, all: 5), 1.0),
    (TraceCorrelation(first: 5, second: 5, both: 5, all: 5), 1.0),
    // ln(6 * 10 / (6 * 7)) / ln(10 / 6)
    (TraceCorrelation(first: 6, second: 7, both: 6, all: 10), 0.698_232_3),
  ])
  func `traces that are found together correlate`(
    correlation: TraceCorrelation, expected: Double
  ) throws {
    #expect(abs(try #require(correlation.npmi) - expected) < 1e-6)
    let smoothed = try #require(correlation.smoothedNPMI)
    #expect(smoothed > -1 && smoothed <= 1)
    if correlation.both < correlation.all { #expect(abs(smoothed) < 1) }
  }

  @Test func `a property that no trace has correlates with nothing`() {
    for correlation in [
      TraceCorrelation(first: 0, second: 7, both: 0, all: 10),
      TraceCorrelation(first: 3, second: 0, both: 0, all: 10),
      TraceCorrelation(first: 0, second: 0, both: 0, all: 0),
    ] {
      #expect(correlation.npmi == nil)
      #expect(correlation.smoothedNPMI == nil)
    }
  }
}
