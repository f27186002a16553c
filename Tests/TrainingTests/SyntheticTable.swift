import Basics
import DataPipelines

/// Tables made up for tests: a few features, one of them a category, and a target that depends on them.
enum SyntheticTable {
  /// A dataset as the data stage leaves it, in memory.
  struct Dataset {
    var table: Table
    var manifest: DatasetManifest
  }

  /// A number that depends on `x0`, `x1` and `kind`, with some noise; a fifth of `x2` is missing.
  static func regression(rows: Int, seed: UInt64 = 1, noise: Double = 0.1) -> Dataset {
    dataset(rows: rows, seed: seed) { x, kind, random in
      let level = [0.0, 2, -1][kind]
      return 3 * x[0] + x[1] * x[1] + level + noise * (random.nextUnit() - 0.5)
    }
  }

  /// One of `classes` words.
  static func classification(rows: Int, classes: Int, seed: UInt64 = 1) -> Dataset {
    let made = dataset(rows: rows, seed: seed) { x, kind, random in
      let score = (x[0] + x[1] + Double(kind) + random.nextUnit() * 0.3) / 4.3
      return min((score * Double(classes)).rounded(.down), Double(classes - 1))
    }
    return words(made, (0..<classes).map { "c\($0)" })
  }

  /// `yes` in a tenth of the rows, more often where `x0` is large; else `no`.
  static func rareClass(rows: Int, seed: UInt64 = 1) -> Dataset {
    words(
      dataset(rows: rows, seed: seed) { x, _, random in
        random.nextUnit() < 0.4 * x[0] * x[0] * x[0] ? 1 : 0
      }, ["no", "yes"])
  }

  /// The same with the target's numbers as words.
  static func words(_ made: Dataset, _ names: [String]) -> Dataset {
    var made = made
    var columns = made.table.columns
    guard let place = columns.firstIndex(where: { $0.name == "y" }),
      case .numbers(let codes) = columns[place].values
    else { return made }
    columns[place] = TableColumn(
      name: "y", type: .category,
      values: .strings(codes: codes.map { Int32($0) }, values: names))
    made.table = Table(columns: columns, rowCount: made.table.rowCount)
    made.manifest.columns = made.manifest.columns.map {
      var column = $0
      if column.name == "y" { column.type = .category }
      return column
    }
    return made
  }

  static func dataset(
    rows: Int, seed: UInt64, target: ([Double], Int, inout SeededGenerator) -> Double
  ) -> Dataset {
    var random = SeededGenerator(seed: seed)
    var numbers = [[Double]](repeating: [], count: 3)
    var kinds: [Int32] = []
    var targets: [Double] = []
    var splits: [Double] = []
    for _ in 0..<rows {
      let x = (0..<3).map { _ in random.nextUnit() }
      let kind = random.next(below: 3)
      for place in 0..<3 { numbers[place].append(x[place]) }
      if random.nextUnit() < 0.2 { numbers[2][numbers[2].count - 1] = .nan }
      kinds.append(Int32(kind))
      targets.append(target(x, kind, &random))
      let place = random.nextUnit()
      splits.append(place < 0.2 ? 2 : place < 0.4 ? 1 : 0)
    }
    var columns = (0..<3).map {
      TableColumn(name: "x\($0)", type: .decimal, values: .numbers(numbers[$0]))
    }
    columns.append(
      TableColumn(
        name: "kind", type: .category,
        values: .strings(codes: kinds, values: ["low", "high", "mid"])))
    columns.append(TableColumn(name: "y", type: .decimal, values: .numbers(targets)))
    let manifest = DatasetManifest(
      name: "synthetic",
      columns: columns.map {
        DatasetManifest.Column(
          name: $0.name, type: $0.type, role: $0.name == "y" ? .target : .feature)
      }, rowCount: rows, splitRowCounts: [:], sources: [],
      splitRule: "random test=0.2 validation=0.2 seed=7", converterVersion: 1)
    columns.append(TableColumn(name: "_split", type: .integer, values: .numbers(splits)))
    return Dataset(table: Table(columns: columns, rowCount: rows), manifest: manifest)
  }
}
