import Basics

/// How trials are measured: on the validation split, or by cross-validation where rows are few.
///
/// Row numbers count the rows with a label of the training and the validation split together.
struct ResamplingPlan: Sendable, Equatable {
  struct Fold: Sendable, Equatable {
    var training: [Int]
    var validation: [Int]
  }

  var folds: [Fold]

  var isCrossValidation: Bool { folds.count > 1 }
  /// The rows that trials predict, in the order of their predictions.
  var validationRows: [Int] { folds.flatMap(\.validation) }

  /// One fold: the split that the dataset has.
  static func holdout(training: [Int], validation: [Int]) -> ResamplingPlan {
    ResamplingPlan(folds: [Fold(training: training, validation: validation)])
  }

  /// Folds that keep the shares of classes and never part rows of one group.
  ///
  /// Rows (whole groups) are dealt in random order, largest class first, each to the fold that has
  /// fewest rows of its class, of equals fewest rows in all.
  ///
  /// - Parameters:
  ///   - labels: class codes, or nil for numbers.
  ///   - groups: a number for each row; equal numbers stay together.
  static func crossValidation(
    rowCount: Int, folds count: Int, classes: [Double]?, groups: [Int], seed: UInt64
  ) -> ResamplingPlan {
    var members: [Int: [Int]] = [:]
    for row in 0..<rowCount { members[groups[row], default: []].append(row) }
    var order = members.keys.sorted()
    var random = SeededGenerator(seed: seed, stream: 1)
    random.shuffle(&order)

    let classOf: (Int) -> Int = { group in
      guard let classes, let first = members[group]?.first else { return 0 }
      return Int(classes[first])
    }
    // Large groups first, so that small ones can even the folds out; sorting is stable by place.
    let places = order.indices.sorted { left, right in
      let (one, other) = (members[order[left]]?.count ?? 0, members[order[right]]?.count ?? 0)
      return one != other ? one > other : left < right
    }
    var rowsByClass: [[Int]] = Array(repeating: [], count: count)
    var foldRows: [[Int]] = Array(repeating: [], count: count)
    let classCount = (classes?.max()).map { Int($0) + 1 } ?? 1
    for fold in 0..<count { rowsByClass[fold] = Array(repeating: 0, count: classCount) }
    for place in places {
      let group = order[place]
      let rows = members[group] ?? []
      let code = classOf(group)
      let fold =
        (0..<count).min { left, right in
          (rowsByClass[left][code], foldRows[left].count)
            < (rowsByClass[right][code], foldRows[right].count)
        } ?? 0
      foldRows[fold] += rows
      rowsByClass[fold][code] += rows.count
    }
    let validations = foldRows.filter { !$0.isEmpty }.map { $0.sorted() }
    let folds = validations.map { validation in
      let held = Set(validation)
      return Fold(
        training: (0..<rowCount).filter { !held.contains($0) }, validation: validation)
    }
    return ResamplingPlan(folds: folds)
  }
}
