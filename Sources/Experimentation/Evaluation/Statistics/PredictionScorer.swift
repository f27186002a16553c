/// Predictions beside the truth, measured for any weights of the rows.
enum PredictionScorer: Sendable {
  case numbers(RegressionScorer)
  case classes(ClassificationScorer)

  /// Pairs a truth with predictions of the same rows.
  ///
  /// - Parameter ranks: whether `auc` is wanted; it needs a sort.
  init(truth: Truth, output: ModelOutput, ranks: Bool = true) throws {
    var output = output
    if case .codes(_, let classes) = truth { output = output.widened(to: classes.count) }
    switch (truth, output) {
    case (.numbers(let values), .numbers(let predicted, _)):
      self = .numbers(RegressionScorer(truth: values, predicted: predicted))
    case (.codes(let codes, _), .probabilities(let values, let count, let decision)):
      self = .classes(
        ClassificationScorer(
          truth: codes, probabilities: values, classCount: count, ranks: ranks,
          decision: decision))
    case (.numbers, .probabilities), (.codes, .numbers):
      throw ExperimentationError(
        .evaluationImpossible, "The model's predictions do not fit the kind of its target.",
        hint: "Train the model again.")
    }
  }

  var rowCount: Int {
    switch self {
    case .numbers(let scorer): scorer.rowCount
    case .classes(let scorer): scorer.rowCount
    }
  }

  /// The metrics of all rows, those that cannot be measured left out.
  var metrics: MetricValues {
    let all =
      switch self {
      case .numbers(let scorer): scorer.metrics(EqualWeights())
      case .classes(let scorer): scorer.metrics(EqualWeights())
      }
    return all.filter { $0.value.isFinite }
  }

  func metrics(_ weights: CountedWeights) -> MetricValues {
    switch self {
    case .numbers(let scorer): scorer.metrics(weights)
    case .classes(let scorer): scorer.metrics(weights)
    }
  }
}
