import API
import Experimentation

extension RunSource {
  /// What a program told of itself, with what is known here.
  init(_ wire: SourceWire, name: String, kind: String = "LOCAL") {
    self.init(
      name: name, kind: kind, command: wire.command ?? [], user: wire.user ?? "",
      host: wire.host ?? "",
      git: wire.git.map { git in
        Git(
          commit: git.commit, branch: git.branch ?? "", repository: git.repository ?? "",
          isDirty: git.dirty, diff: (git.diff ?? "").firstScalars(Self.longestDiff))
      })
  }
}
