import Glibc

/// The text of an `errno`, such as `No such file or directory`.
func systemMessage(_ number: Int32) -> String {
  var buffer = [CChar](repeating: 0, count: 256)
  guard strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
  return buffer.withUnsafeBufferPointer { text in
    text.baseAddress.map { String(cString: $0) } ?? "error \(number)"
  }
}

/// Repeats a system call while a signal interrupts it.
@inline(__always)
func retryingInterrupts<Result: SignedInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result >= 0 || errno != EINTR { return result }
  }
}

extension BasicsError {
  /// A failed attempt to read `path`; `number` is its `errno`.
  static func reading(_ path: String, _ number: Int32) -> BasicsError {
    BasicsError(
      .fileUnreadable, "cannot read \(path): \(systemMessage(number))",
      hint: number == EACCES ? "check the permissions of the file and of its folders" : nil)
  }

  /// A failed attempt to write `path`; `number` is its `errno`.
  static func writing(_ path: String, _ number: Int32) -> BasicsError {
    switch number {
    case ENOSPC, EDQUOT:
      BasicsError(
        .diskFull, "cannot write \(path): \(systemMessage(number))",
        hint: "free some space on that disk and try again; nothing was half-written")
    case EFBIG:
      BasicsError(
        .diskFull, "cannot write \(path): \(systemMessage(number))",
        hint: "raise the limit on the size of files (ulimit -f)")
    default:
      BasicsError(.fileUnwritable, "cannot write \(path): \(systemMessage(number))")
    }
  }
}
