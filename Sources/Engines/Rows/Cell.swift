/// One value of a request's row.
enum Cell: Sendable, Equatable {
  case missing
  case number(Double)
  case text(String)
}
