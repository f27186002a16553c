/// What the kernel's driver says of AMD's accelerators, in files (Linux's documentation of amdgpu, "GPU
/// Power/Thermal Controls and Monitoring" and "Memory manager").
public struct AMDDevices: Sendable {
  /// The folder of each, in ROCm's order; nil for one that this process may not look at.
  private let folders: [String?]

  /// Looks for them; nil where there is none.
  ///
  /// - Parameters:
  ///   - root: where the machine's files begin; the tests make such a folder.
  ///   - visible: the process's `ROCR_VISIBLE_DEVICES`: numbers; nil is all.
  public init?(root: String = "", visible: String?) {
    let nodes = root + "/sys/class/kfd/kfd/topology/nodes"
    var all: [String?] = []
    for node in 0..<256 {
      guard let text = ProcFile.text("\(nodes)/\(node)/properties") else { break }
      let properties = Self.properties(text)
      guard let count = properties["simd_count"], count > 0 else { continue }
      all.append(
        properties["drm_render_minor"].map { "\(root)/sys/class/drm/renderD\($0)/device" })
    }
    if let visible {
      all = visible.split(separator: ",").compactMap { Int($0) }.filter(all.indices.contains)
        .map { all[$0] }
    }
    guard !all.isEmpty else { return nil }
    folders = all
  }

  /// What they do now.
  public func samples() -> [AcceleratorSample] {
    folders.map { folder in
      guard let folder else { return AcceleratorSample() }
      // `power1_average` where the device has one, else what it draws at the moment; in microwatts.
      let power = (0..<32).lazy.compactMap { sensor -> Int64? in
        let sensors = "\(folder)/hwmon/hwmon\(sensor)/"
        return Self.number(sensors + "power1_average") ?? Self.number(sensors + "power1_input")
      }.first
      let percent = Self.number(folder + "/gpu_busy_percent")
      return AcceleratorSample(
        busyPermille: percent.flatMap { $0 <= 100 ? $0 * 10 : nil },
        memoryBytes: Self.number(folder + "/mem_info_vram_used"),
        memoryTotalBytes: Self.number(folder + "/mem_info_vram_total"),
        milliwatts: power.map { $0 / 1_000 })
    }
  }

  private static func properties(_ text: String) -> [String: Int64] {
    var properties: [String: Int64] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2 { properties[String(words[0])] = Int64(words[1]) }
    }
    return properties
  }

  private static func number(_ path: String) -> Int64? {
    ProcFile.text(path).flatMap { Int64($0) }.flatMap { $0 >= 0 ? $0 : nil }
  }
}
