import Glibc

/// Milliseconds of a clock that nobody sets.
func monotonicMs() -> Int64 { milliseconds(CLOCK_MONOTONIC) }

/// Milliseconds since 1970, UTC.
func wallClockMs() -> Int64 { milliseconds(CLOCK_REALTIME) }

private func milliseconds(_ clock: clockid_t) -> Int64 {
  var time = timespec()
  clock_gettime(clock, &time)
  return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
}
