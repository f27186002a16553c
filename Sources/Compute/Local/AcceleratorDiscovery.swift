import Basics
import JobProtocol

/// Looks which accelerators a machine has, by what their drivers tell in files: no program is run.
struct AcceleratorDiscovery {
  /// Where the machine's files begin; the tests make such a folder.
  var root = ""

  /// NVIDIA's, or else AMD's.
  func accelerators() -> [Accelerator] {
    let nvidia = nvidiaByDriver()
    if !nvidia.isEmpty { return nvidia }
    let devices = (0..<64).filter { FileTree.exists("\(root)/dev/nvidia\($0)") }
    if !devices.isEmpty { return devices.map { Accelerator(number: $0, maker: .nvidia) } }
    return amd()
  }

  /// What the driver says of each device in `information` (NVIDIA's driver README, "The /proc
  /// file system interface"), where this process may see the device.
  private func nvidiaByDriver() -> [Accelerator] {
    names(in: root + "/proc/driver/nvidia/gpus").compactMap { address in
      let fields = fields(of: "\(root)/proc/driver/nvidia/gpus/\(address)/information")
      guard let number = fields["Device Minor"].flatMap({ Int($0) }),
        FileTree.exists("\(root)/dev/nvidia\(number)")
      else { return nil }
      // A driver that has not looked yet writes question marks.
      let uuid = fields["GPU UUID"].flatMap { $0.contains("?") || $0.isEmpty ? nil : $0 }
      return Accelerator(number: number, maker: .nvidia, uuid: uuid, model: fields["Model"])
    }.sorted { $0.number < $1.number }
  }

  /// Nodes of the kernel's topology that compute in parallel (`amdkfd`); ROCm counts them in this order.
  private func amd() -> [Accelerator] {
    let nodes = root + "/sys/class/kfd/kfd/topology/nodes"
    let computing = names(in: nodes).compactMap { Int($0) }.sorted().filter { node in
      let text = ProcFile.text("\(nodes)/\(node)/properties") ?? ""
      return text.split(separator: "\n").contains {
        $0.hasPrefix("simd_count ") && $0 != "simd_count 0"
      }
    }
    return computing.enumerated().map { place, node in
      let model = ProcFile.text("\(nodes)/\(node)/name")
      return Accelerator(
        number: place, maker: .amd, model: model?.isEmpty == false ? model : nil)
    }
  }

  /// `Name:   value` lines of a file.
  private func fields(of path: String) -> [String: String] {
    var fields: [String: String] = [:]
    for line in (ProcFile.text(path) ?? "").split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
      fields[String(line[..<colon])] = String(value)
    }
    return fields
  }

  /// What is in a folder; a machine without such devices has none.
  private func names(in folder: String) -> [String] {
    guard FileTree.exists(folder) else { return [] }
    return ((try? FileTree.names(in: folder)) ?? []).sorted()
  }
}
