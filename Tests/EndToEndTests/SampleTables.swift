import Basics

/// Small tables with a known relation, the same on every machine.
enum SampleTables {
  /// `area,rooms,city,price`: price follows area, rooms and city, with little noise.
  static func houses(rows: Int, seed: UInt64 = 1) -> String {
    var generator = SeededGenerator(seed: seed)
    let cities = ["Athens", "Bologna", "Kajaani"]
    var text = "id,area,rooms,city,price\n"
    for row in 0..<rows {
      let area = 30 + Int(generator.nextUnit() * 170)
      let rooms = 1 + Int(generator.nextUnit() * 6)
      let city = Int(generator.nextUnit() * 3)
      let noise = generator.nextUnit() * 10
      let price = Double(area) * 2.5 + Double(rooms * 12) + Double(city * 40) + noise
      text += "\(row),\(area),\(rooms),\(cities[city]),\(price)\n"
    }
    return text
  }

  /// A workflow over `houses.csv` that is bound by trials.
  static func workflow(trials: Int = 6, mostRMSE: Double = 40) -> String {
    """
    name: houses
    data:
      source: houses.csv
      target: price
      exclude: [id]
      checks:
        - {column: area, between: [1, 1000]}
      split: {by: random, test: 0.2, validation: 0.2, seed: 3}
    train:
      task: regression
      metric: rmse
      search: {trials: \(trials), sampler: tpe, seed: 3}
    evaluate:
      gates:
        - {metric: rmse, at_most: \(mostRMSE)}
    register: {model: houses}
    deploy: {endpoint: houses}
    """
  }
}
