extension SourceWire: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "command?": .list(.text), "user?": .text, "host?": .text, "git?": .record(Git.self),
  ]
}

extension SourceWire.Git: DescribedWire {
  /// What stands in it.
  public static let fields: WireFields = [
    "commit": .text, "branch?": .text, "repository?": .text, "dirty": .flag, "diff?": .text,
  ]
}
