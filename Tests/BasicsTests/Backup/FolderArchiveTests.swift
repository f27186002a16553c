import Basics
import TestSupport
import Testing

struct FolderArchiveTests {
  @Test func `a folder comes out of its archive as it went in`() throws {
    let folder = try TemporaryFolder()
    let source = folder.path + "/source"
    let long = [UInt8](repeating: 7, count: 1_500_001)
    for (name, bytes) in [("a.txt", Array("a".utf8)), ("inner/deep/b", long), ("empty", [])] {
      try FileTree.createFolder(FileTree.folder(of: source + "/" + name))
      try FileTree.write(bytes, to: source + "/" + name)
    }
    try FolderArchive.pack(source, to: folder.path + "/one.tar")
    try FolderArchive.pack(source, to: folder.path + "/two.tar")
    #expect(
      try FileTree.read(folder.path + "/one.tar") == FileTree.read(folder.path + "/two.tar"))
    let target = folder.path + "/target"
    try FolderArchive.unpack(folder.path + "/one.tar", into: target)
    #expect(try FileTree.files(below: target) == ["a.txt", "empty", "inner/deep/b"])
    for name in try FileTree.files(below: source) {
      #expect(try FileTree.read(target + "/" + name) == FileTree.read(source + "/" + name))
    }
  }

  @Test func `an archive that is cut off is refused`() throws {
    let folder = try TemporaryFolder()
    try FileTree.createFolder(folder.path + "/source")
    try FileTree.write([1, 2, 3], to: folder.path + "/source/a")
    try FolderArchive.pack(folder.path + "/source", to: folder.path + "/whole.tar")
    let bytes = try FileTree.read(folder.path + "/whole.tar")
    try FileTree.write(Array(bytes.prefix(513)), to: folder.path + "/half.tar")
    #expect(throws: BasicsError.self) {
      try FolderArchive.unpack(folder.path + "/half.tar", into: folder.path + "/target")
    }
  }
}
