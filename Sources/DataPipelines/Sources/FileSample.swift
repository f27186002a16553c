import Foundation

/// The first bytes of a file, enough to tell what it is.
struct FileSample {
  let bytes: [UInt8]
  /// Whether these are all bytes of the file.
  let isComplete: Bool
  let fileBytes: Int64

  /// Reads up to `limit` bytes of `path`, which people know as `name`.
  init(path: String, name: String, limit: Int = 64 << 10) throws(DataError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw DataError(.sourceMissing, "There is no file \(name).", hint: "Check the path.")
    }
    guard !isFolder.boolValue else {
      throw DataError(
        .sourceUnreadable, "\(name) is a folder, not a file.",
        hint: "Name the files in it, for instance \(name)/*.csv.")
    }
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      let end = try handle.seekToEnd()
      try handle.seek(toOffset: 0)
      let data = try handle.read(upToCount: limit) ?? Data()
      try handle.close()
      bytes = [UInt8](data)
      fileBytes = Int64(end)
      isComplete = UInt64(data.count) >= end
    } catch {
      throw DataError(.sourceUnreadable, "\(name) cannot be read: \(error.localizedDescription)")
    }
  }

  /// A sample of given bytes.
  init(bytes: [UInt8], isComplete: Bool, fileBytes: Int64) {
    self.bytes = bytes
    self.isComplete = isComplete
    self.fileBytes = fileBytes
  }
}
