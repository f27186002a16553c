/// A number as an engine wants it: 32 bits, one NaN where missing, never infinite.
func feature(_ number: Double) -> Float {
  if number.isNaN { return .nan }
  let value = Float(number)
  guard value.isInfinite else { return value }
  return value < 0 ? -Float.greatestFiniteMagnitude : Float.greatestFiniteMagnitude
}
