/// A folder of files as one uncompressed tar archive.
public enum FolderArchive {
  /// Packs every file below a folder; names have at most 100 bytes.
  ///
  /// - Parameter modifiedAt: told of every file, in seconds since 1970, so that the same files always
  ///   give the same bytes.
  public static func pack(
    _ folder: String, to path: String, modifiedAt: Int64 = 0
  ) throws(BasicsError) {
    var writer = try TarWriter(path, modifiedAt: modifiedAt)
    for name in try FileTree.files(below: folder) {
      _ = try writer.add(try OpenFile(folder + "/" + name, for: .reading), as: name)
    }
    try writer.finish()
  }

  /// Unpacks an archive that `pack` made into a folder.
  ///
  /// - Throws: `name_invalid` for names that leave the folder.
  public static func unpack(_ path: String, into folder: String) throws(BasicsError) {
    try FileTree.createFolder(folder)
    var reader = try TarReader(path)
    while let header = try reader.next() {
      let target = try safePath(header.name, in: folder)
      try FileTree.createFolder(FileTree.folder(of: target))
      let file = try OpenFile(target, for: .creating, mode: 0o600)
      while let chunk = try reader.chunk() { try file.write(chunk) }
    }
  }
}

extension FileTree {
  /// The relative paths of all files below a folder, in the order of their bytes.
  public static func files(below folder: String) throws(BasicsError) -> [String] {
    var files: [String] = []
    var waiting = [""]
    while let parent = waiting.popLast() {
      for name in try names(in: folder + "/" + parent) {
        let relative = parent + name
        if isFolder(folder + "/" + relative) {
          waiting.append(relative + "/")
        } else {
          files.append(relative)
        }
      }
    }
    return files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
