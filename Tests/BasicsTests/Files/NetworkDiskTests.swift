import Testing

@testable import Basics

struct NetworkDiskTests {
  static let mounts = """
    /dev/vda / ext4 rw 0 0
    server:/export /home nfs4 rw 0 0
    tmpfs /home/me/fast tmpfs rw 0 0
    lustre /scratch\\040one lustre rw 0 0
    """

  @Test(arguments: [
    ("/var/x", nil), ("/home/me", "nfs4"), ("/home", "nfs4"), ("/homestead", nil),
    ("/home/me/fast/x", nil), ("/scratch one/x", "lustre"),
  ])
  func `the nearest mount above a path decides`(path: String, kind: String?) {
    #expect(NetworkDisk.kind(of: path, in: Self.mounts) == kind)
  }
}
