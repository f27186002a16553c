/// File systems on other machines, where SQLite's locks cannot be trusted
/// (https://www.sqlite.org/wal.html: "WAL does not work over a network filesystem").
public enum NetworkDisk {
  private static let kinds: Set<String> = [
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "lustre", "gpfs", "beegfs", "ceph", "glusterfs", "afs",
    "fuse.sshfs", "fuse.glusterfs", "9p", "pvfs2", "orangefs",
  ]

  /// The kind of the network file system that holds `path`, such as `nfs4`; nil for a local one.
  public static func kind(of path: String) -> String? {
    // Without /proc nothing is known, and nothing is claimed.
    guard let table = try? FileTree.read("/proc/self/mounts", limit: 4 << 20) else { return nil }
    return kind(of: FileTree.absolute(path), in: String(decoding: table, as: UTF8.self))
  }

  /// The same by a table of mounts as proc_mounts(5) has it.
  static func kind(of path: String, in table: String) -> String? {
    var best: (length: Int, kind: String)?
    for line in table.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count >= 3 else { continue }
      let point = fields[1].replacing("\\040", with: " ")
      let isAbove = point == "/" || path == point || path.hasPrefix(point + "/")
      // Of several mounts on one point the last one is seen.
      if isAbove, point.utf8.count >= best?.length ?? 0 {
        best = (point.utf8.count, String(fields[2]))
      }
    }
    return best.flatMap { kinds.contains($0.kind) ? $0.kind : nil }
  }
}
