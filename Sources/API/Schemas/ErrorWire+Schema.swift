extension ErrorWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["error": .record(Body.self)]
}

extension ErrorWire.Body: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "code": .text, "message": .text, "hint?": .text, "details?": .map(.text),
  ]
}

extension Nothing: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [:]
}

extension LoginLinkWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["url": .text]
}

extension StopRequestWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = ["keep_endpoints": .flag]
}
