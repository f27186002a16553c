import Glibc

/// The time in milliseconds since 1970, UTC.
public func systemTimeMs() -> Int64 { milliseconds(of: CLOCK_REALTIME) }

/// Milliseconds of a clock that nobody sets.
func monotonicTimeMs() -> Int64 { milliseconds(of: CLOCK_MONOTONIC) }

private func milliseconds(of clock: clockid_t) -> Int64 {
  var time = timespec()
  clock_gettime(clock, &time)
  return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
}
