import Basics
import Foundation
import Testing

@testable import Engines

struct LinearModelTests {
  /// Rows of standard normal-like quantities.
  func features(rows: Int, columns: Int, seed: UInt64 = 5) -> FeatureMatrix {
    var generator = SeededGenerator(seed: seed)
    let values = (0..<rows * columns).map { _ in
      Float((0..<6).reduce(0.0) { sum, _ in sum + generator.nextUnit() } - 3)
    }
    return FeatureMatrix(rowCount: rows, columnCount: columns, values: values)
  }

  func value(_ features: FeatureMatrix, _ row: Int, _ column: Int) -> Double {
    Double(features.values[row * features.columnCount + column])
  }

  @Test func `ridge without a penalty finds an exact linear law`() throws {
    let features = features(rows: 200, columns: 3)
    let targets = (0..<200).map { 2 + 3 * value(features, $0, 0) - 0.5 * value(features, $0, 2) }
    let model = try LinearModel.ridge(features, targets: targets, penalties: [0])[0]
    let error = zip(model.predictions(of: features), targets).map { abs($0 - $1) }.max() ?? .nan
    #expect(error < 1e-10)
  }

  /// One standardized column: β = cov(x, y) / (1 + λ), b = mean(y).
  @Test(arguments: [0.0, 0.1, 1, 10])
  func `ridge of one column is the closed form`(penalty: Double) throws {
    let features = features(rows: 101, columns: 1)
    let targets = (0..<101).map { 5 + 2 * value(features, $0, 0) + Double($0 % 3) }
    let model = try LinearModel.ridge(features, targets: targets, penalties: [penalty])[0]
    let values = (0..<101).map { value(features, $0, 0) }
    let mean = values.reduce(0, +) / 101
    let scale = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 101).squareRoot()
    let targetMean = targets.reduce(0, +) / 101
    let covariance =
      zip(values, targets).reduce(0) { $0 + ($1.0 - mean) / scale * ($1.1 - targetMean) } / 101
    #expect(abs(model.coefficients[0][0] - covariance / (1 + penalty)) < 1e-9)
    #expect(abs(model.intercepts[0] - targetMean) < 1e-9)
  }

  @Test func `the gradient of ridge is zero at its solution`() throws {
    let features = features(rows: 150, columns: 5)
    let targets = (0..<150).map { sin(Double($0)) + value(features, $0, 1) }
    let weights = (0..<150).map { 1 + Double($0 % 4) }
    let penalty = 0.3
    let model = try LinearModel.ridge(
      features, targets: targets, weights: weights, penalties: [penalty])[0]
    let design = LinearDesign(features, view: model.view, weights: weights)
    let predictions = model.predictions(of: features)
    for column in 0..<design.width {
      var gradient = penalty * model.coefficients[0][column]
      for row in 0..<150 {
        gradient -=
          design.weights[row] * (targets[row] - predictions[row])
          * design.values[row * design.width + column]
      }
      #expect(abs(gradient) < 1e-10)
    }
  }

  @Test func `copied and constant columns do no harm`() throws {
    let plain = features(rows: 80, columns: 2)
    var values: [Float] = []
    for row in 0..<80 {
      let (first, second) = (plain.values[row * 2], plain.values[row * 2 + 1])
      values += [first, second, first, 2 * second, 7]
    }
    let features = FeatureMatrix(rowCount: 80, columnCount: 5, values: values)
    let targets = (0..<80).map { value(features, $0, 0) - value(features, $0, 1) }
    for penalty in [0.0, 1e-12, 1e-3] {
      let model = try LinearModel.ridge(features, targets: targets, penalties: [penalty])[0]
      let error = zip(model.predictions(of: features), targets).map { abs($0 - $1) }.max() ?? .nan
      #expect(error < 1e-2, "penalty \(penalty)")
    }
  }

  @Test(arguments: [0.01, 1])
  func `a wide table is solved as the exact way would`(penalty: Double) throws {
    let features = features(rows: 90, columns: 30)
    let targets = (0..<90).map { cos(Double($0)) + value(features, $0, 3) }
    let weights = (0..<90).map { 1 + Double($0 % 3) }
    let design = LinearDesign(features, view: LinearView(fitting: features), weights: weights)
    let exact = RidgeProblem(design, targets: targets).solution(penalty: penalty)
    let wide = WideRidgeProblem(design, targets: targets).solution(penalty: penalty)
    #expect(abs(exact.intercept - wide.intercept) < 1e-7)
    for (left, right) in zip(exact.coefficients, wide.coefficients) {
      #expect(abs(left - right) < 1e-7)
    }
  }

  @Test func `more columns than rows, and a thousand categories, are fitted`() throws {
    let quantities = features(rows: 40, columns: 1_500)
    let targets = (0..<40).map { Double($0 % 2) }
    let model = try LinearModel.ridge(quantities, targets: targets, penalties: [1e-3])[0]
    #expect(model.predictions(of: quantities).allSatisfy { $0.isFinite })
    let categories = FeatureMatrix(
      rowCount: 40, types: Array(repeating: .category, count: 1_000),
      values: (0..<40_000).map { Float($0 % 40) })
    let logistic = try LinearModel.logistic(
      categories, classes: (0..<40).map { $0 % 2 }, classCount: 2, penalties: [0.1])[0]
    #expect(logistic.view.width <= 4_096)
    #expect(logistic.predictions(of: categories).allSatisfy { $0.isFinite })
  }

  @Test func `missing values count as the median and have a coefficient of their own`() throws {
    // y is 1 where x is missing, else x.
    let values: [Float] = (0..<90).map { $0 % 3 == 0 ? .nan : Float($0 % 7) }
    let features = FeatureMatrix(rowCount: 90, columnCount: 1, values: values)
    let targets = values.map { $0.isNaN ? 1 : Double($0) }
    let model = try LinearModel.ridge(features, targets: targets, penalties: [0])[0]
    let error = zip(model.predictions(of: features), targets).map { abs($0 - $1) }.max() ?? .nan
    #expect(error < 1e-9)
  }

  @Test func `categories become columns of their own and unseen codes none`() throws {
    let codes: [Float] = (0..<60).map { Float($0 % 4) }
    let features = FeatureMatrix(rowCount: 60, types: [.category], values: codes)
    let targets = codes.map { [10.0, 20, 40, 80][Int($0)] }
    let model = try LinearModel.ridge(features, targets: targets, penalties: [1e-9])[0]
    let error = zip(model.predictions(of: features), targets).map { abs($0 - $1) }.max() ?? .nan
    #expect(error < 1e-4)
    let unseen = FeatureMatrix(rowCount: 2, types: [.category], values: [9, .nan])
    let predictions = model.predictions(of: unseen)
    #expect(predictions[0] == predictions[1] && predictions[0].isFinite)
  }

  @Test(arguments: [2, 3, 5])
  func `the gradient of logistic regression is zero at its optimum`(classCount: Int) throws {
    let features = features(rows: 300, columns: 4)
    var generator = SeededGenerator(seed: 8)
    let classes = (0..<300).map { row in
      generator.next(below: 4) == 0
        ? generator.next(below: classCount)
        : Int(max(0, min(Double(classCount) - 1, value(features, row, 0) + 1)))
    }
    let penalty = 0.01
    let model = try LinearModel.logistic(
      features, classes: classes, classCount: classCount, penalties: [1, penalty])[1]
    let design = LinearDesign(features, view: model.view, weights: nil)
    let problem = LogisticProblem(
      design: design, classes: classes, outputCount: model.outputCount, penalty: penalty)
    let parameters = zip(model.coefficients, model.intercepts).flatMap { $0 + [$1] }
    var gradient = [Double](repeating: 0, count: problem.parameterCount)
    _ = problem.objective(parameters, gradient: &gradient)
    #expect((gradient.map(abs).max() ?? .nan) < 1e-6)
    let predictions = model.predictions(of: features)
    for row in 0..<300 {
      let own = predictions[row * classCount..<(row + 1) * classCount]
      #expect(abs(own.reduce(0, +) - 1) < 1e-12)
    }
    // Without a penalty on intercepts the mean probabilities are the shares of the classes.
    for label in 0..<classCount {
      let mean = (0..<300).reduce(0) { $0 + predictions[$1 * classCount + label] } / 300
      let share = Double(classes.count { $0 == label }) / 300
      #expect(abs(mean - share) < 1e-5)
    }
  }

  @Test func `the gradient that is computed is the slope of the objective`() throws {
    let features = features(rows: 40, columns: 3)
    let view = LinearView(fitting: features)
    let problem = LogisticProblem(
      design: LinearDesign(features, view: view, weights: nil),
      classes: (0..<40).map { $0 % 3 }, outputCount: 3, penalty: 0.2)
    var generator = SeededGenerator(seed: 1)
    let parameters = (0..<problem.parameterCount).map { _ in generator.nextUnit() - 0.5 }
    var gradient = [Double](repeating: 0, count: parameters.count)
    _ = problem.objective(parameters, gradient: &gradient)
    var ignored = gradient
    for place in parameters.indices {
      var (up, down) = (parameters, parameters)
      up[place] += 1e-6
      down[place] -= 1e-6
      let slope =
        (problem.objective(up, gradient: &ignored) - problem.objective(down, gradient: &ignored))
        / 2e-6
      #expect(abs(slope - gradient[place]) < 1e-7)
    }
  }

  @Test func `separable classes keep finite coefficients`() throws {
    let features = features(rows: 100, columns: 2)
    let classes = (0..<100).map { value(features, $0, 0) > 0 ? 1 : 0 }
    for penalty in [1e-8, 1e-4] {
      let model = try LinearModel.logistic(
        features, classes: classes, classCount: 2, penalties: [penalty])[0]
      #expect(model.coefficients[0].allSatisfy { $0.isFinite })
      let predictions = model.predictions(of: features)
      let right = (0..<100).count { (predictions[$0 * 2 + 1] > 0.5) == (classes[$0] == 1) }
      #expect(right == 100)
    }
  }

  @Test func `the same rows give the same model, and its file too`() throws {
    let features = features(rows: 100, columns: 3)
    let classes = (0..<100).map { $0 * 7 % 3 }
    let models = try (0..<2).map { _ in
      try LinearModel.logistic(features, classes: classes, classCount: 3, penalties: [0.1])[0]
    }
    #expect(models[0] == models[1])
    let read = try JSONDecoder().decode(LinearModel.self, from: JSONEncoder().encode(models[0]))
    #expect(read == models[0])
  }

  @Test func `contributions add up to the margin`() throws {
    let values: [Float] = (0..<60).map { $0 % 7 == 0 ? .nan : Float($0 % 5) }
    let features = FeatureMatrix(
      rowCount: 30, types: [.quantity, .category],
      values: values.enumerated().map { $0.offset % 2 == 1 && $0.element.isNaN ? 1 : $0.element })
    let model = try LinearModel.logistic(
      features, classes: (0..<30).map { $0 % 3 }, classCount: 3, penalties: [0.1])[0]
    let margins = model.margins(of: features)
    let contributions = model.contributions(of: features)
    for (cell, margin) in margins.enumerated() {
      #expect(abs(contributions[cell * 3..<cell * 3 + 3].reduce(0, +) - margin) < 1e-9)
    }
  }
}
