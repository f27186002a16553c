/// What NVIDIA's `nvidia-smi` says of the accelerators of a machine (nvidia-smi(1), `--query-gpu`).
public struct NvidiaTable: Sendable, Equatable {
  /// Its name.
  public static let program = "nvidia-smi"
  /// Its arguments.
  public static let arguments = [
    "--query-gpu=index,uuid,utilization.gpu,memory.used,memory.total,power.draw",
    "--format=csv,noheader,nounits",
  ]

  /// One accelerator.
  public struct Row: Sendable, Equatable {
    /// Its place on the bus among those that this process may see.
    public var index: Int
    /// The name that holds whatever the order is.
    public var uuid: String
    /// What it does.
    public var sample: AcceleratorSample
  }

  /// In the order of the text.
  public var rows: [Row]

  /// Takes the lines apart; those of another shape are passed over, as are values such as `[N/A]`,
  /// `[Not Supported]` and `[Unknown Error]`.
  public init(_ text: String) {
    rows = text.split(whereSeparator: \.isNewline).compactMap { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
      guard fields.count == 6, let index = Int(fields[0]), index >= 0 else { return nil }
      let percent = Self.number(fields[2]).flatMap { $0 <= 100 ? $0 : nil }
      return Row(
        index: index, uuid: fields[1],
        sample: AcceleratorSample(
          busyPermille: percent.map { Int64(($0 * 10).rounded()) },
          // Mebibytes and watts.
          memoryBytes: Self.number(fields[3]).map { Int64($0 * 1_048_576) },
          memoryTotalBytes: Self.number(fields[4]).map { Int64($0 * 1_048_576) },
          milliwatts: Self.number(fields[5]).map { Int64(($0 * 1_000).rounded()) }))
    }
  }

  /// What the accelerators do that a process sees, in its order.
  ///
  /// - Parameter visible: its `CUDA_VISIBLE_DEVICES`: UUIDs or their beginnings, or numbers; the list ends
  ///   at the first that is not there, as CUDA's does. nil is all. Parts of a device (`MIG-…`) have no
  ///   utilization of their own, and are not there.
  public func samples(visible: String?) -> [AcceleratorSample] {
    guard let visible else { return rows.map(\.sample) }
    var samples: [AcceleratorSample] = []
    for word in visible.split(separator: ",") {
      let row = rows.first { row in
        if let number = Int(word) { return row.index == number }
        return word.hasPrefix("GPU-") && row.uuid.hasPrefix(word)
      }
      guard let row else { break }
      samples.append(row.sample)
    }
    return samples
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  /// A number that is finite and not negative.
  private static func number(_ text: String) -> Double? {
    guard let value = Double(text), value.isFinite, value >= 0, value < 1e9 else { return nil }
    return value
  }
}
