/// The unit in which a time is told: the largest of which there are two or more.
struct TimeUnit: Equatable {
  var name: String
  var seconds: Double

  private static let all = [
    TimeUnit(name: "days", seconds: 86_400), TimeUnit(name: "hours", seconds: 3_600),
    TimeUnit(name: "minutes", seconds: 60),
  ]

  /// - Parameter length: the longest time to tell, in seconds.
  init(for length: Double) {
    self =
      Self.all.first { length >= 2 * $0.seconds } ?? TimeUnit(name: "seconds", seconds: 1)
  }

  private init(name: String, seconds: Double) {
    (self.name, self.seconds) = (name, seconds)
  }
}
