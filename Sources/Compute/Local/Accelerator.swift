import JobProtocol

/// An accelerator of this machine, and how programs are told to use it and no other.
public struct Accelerator: Sendable, Equatable {
  /// Whose programs use it.
  public enum Maker: String, Sendable { case nvidia, amd }

  /// Names it on this machine: NVIDIA's minor number, or the place among AMD's.
  public var number: Int
  /// Whose programs use it.
  public var maker: Maker
  /// The maker's name for it that holds whatever the order of devices is; nil where it tells none.
  public var uuid: String?
  /// What it is; nil where nobody tells.
  public var model: String?

  /// Takes every value as it is.
  public init(number: Int, maker: Maker, uuid: String? = nil, model: String? = nil) {
    self.number = number
    self.maker = maker
    self.uuid = uuid
    self.model = model
  }

  /// The variables by which programs see some accelerators of a machine; none of them for an empty list.
  ///
  /// NVIDIA's: CUDA C++ Programming Guide, "CUDA Environment Variables". AMD's: ROCm documentation, "GPU
  /// isolation techniques"; an empty list hides all.
  static func variables(
    of chosen: [Int], among all: [Accelerator]
  ) -> [EnvironmentVariable] {
    let shown = chosen.compactMap { number in all.first { $0.number == number } }
    let names = shown.map { $0.uuid ?? "\($0.number)" }
    switch all.first?.maker {
    case .nvidia:
      // Numbers are by place on the bus; CUDA's own order is by speed.
      let isNumbered = shown.contains { $0.uuid == nil }
      let list = isNumbered ? shown.map { "\($0.number)" } : names
      return [
        EnvironmentVariable("CUDA_DEVICE_ORDER", "PCI_BUS_ID"),
        EnvironmentVariable("CUDA_VISIBLE_DEVICES", list.joined(separator: ",")),
      ]
    case .amd:
      return [EnvironmentVariable("ROCR_VISIBLE_DEVICES", names.joined(separator: ","))]
    case nil: return []
    }
  }
}
