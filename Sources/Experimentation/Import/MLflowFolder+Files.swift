import Basics
import Foundation
import Glibc

/// Reading what may be broken, huge, or lead out of the folder.
extension MLflowFolder {
  /// Folders in a folder, in order of name; links are none.
  func folders(in folder: String) throws -> [String] {
    guard FileTree.isFolder(folder) else { return [] }
    return try FileTree.names(in: folder).map { folder + "/" + $0 }.filter {
      switch Self.kind(of: $0) {
      case .folder: return true
      case .link:
        note("\(relative($0)) is a symbolic link and was passed over.")
        return false
      case .file, .other, .missing: return false
      }
    }
  }

  /// Regular files below a folder by their path in it, in order.
  func files(below folder: String) -> [(key: String, path: String)] {
    var found: [(key: String, path: String)] = []
    var waiting = [""]
    while let parent = waiting.popLast() {
      let place = parent.isEmpty ? folder : folder + "/" + parent
      guard FileTree.isFolder(place) else { continue }
      let names: [String]
      do {
        names = try FileTree.names(in: place)
      } catch {
        note("\(relative(place)) cannot be read.")
        continue
      }
      for name in names {
        let key = parent.isEmpty ? name : parent + "/" + name
        switch Self.kind(of: folder + "/" + key) {
        case .file: found.append((key, folder + "/" + key))
        case .folder: waiting.append(key)
        case .link, .other:
          note("\(relative(folder + "/" + key)) is no regular file and was passed over.")
        case .missing: break
        }
      }
    }
    return found.sorted { $0.key < $1.key }
  }

  /// Texts by the path of their file below a folder.
  func texts(in folder: String) -> [String: String] {
    var texts: [String: String] = [:]
    for (key, path) in files(below: folder) {
      if let text = text(of: path) { texts[key] = text }
    }
    return texts
  }

  /// The text of a small file; what cannot be read is noted.
  func text(of path: String) -> String? {
    do {
      return String(decoding: try FileTree.read(path, limit: Self.textLimit), as: UTF8.self)
    } catch {
      note("\(relative(path)): \(error.message)")
      return nil
    }
  }

  /// The mapping in a folder's `meta.yaml` (or another file) as a row; what is no mapping is noted.
  func meta(in folder: String, name: String = "meta.yaml", what: String) -> MLflowLine? {
    let path = folder + "/" + name
    guard Self.kind(of: path) == .file else {
      note("\(relative(folder)): the \(what) has no readable \(name) and was passed over.")
      return nil
    }
    guard let text = text(of: path) else { return nil }
    do {
      let entries = try YAMLDocument.parse(text, file: relative(path)).mapping()
      var line = MLflowLine([:], folder: folder)
      for entry in entries { Self.add(entry.value, as: entry.key, to: &line) }
      return line
    } catch {
      note("\(relative(path)): the \(what) was passed over: \(error.message)")
      return nil
    }
  }

  /// Calls `body` with each line of a file of any size.
  func eachLine(of path: String, _ body: (Substring) throws -> Void) throws {
    let file = try OpenFile(path, for: .reading)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 8)
    defer { buffer.deallocate() }
    var rest: [UInt8] = []
    while true {
      let count = try file.read(into: buffer)
      rest += UnsafeRawBufferPointer(rebasing: buffer[..<count])
      var start = 0
      while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
        try body(Substring(decoding: rest[start..<end], as: UTF8.self))
        start = end + 1
      }
      rest.removeFirst(start)
      if count == 0 { break }
      // No point is that long: what follows to the line's end is no point either.
      if rest.count > 1 << 16 { rest = Array("?".utf8) }
    }
    if !rest.isEmpty { try body(Substring(decoding: rest, as: UTF8.self)) }
  }

  /// A path as messages tell it.
  func relative(_ path: String) -> String {
    visible(path.hasPrefix(self.path + "/") ? String(path.dropFirst(self.path.count + 1)) : path)
  }

  enum Kind { case file, folder, link, other, missing }

  static func kind(of path: String) -> Kind {
    var raw = stat()
    guard lstat(path, &raw) == 0 else { return .missing }
    switch raw.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    case S_IFLNK: return .link
    default: return .other
    }
  }

  /// A path with all symbolic links followed; nil where it leads nowhere.
  static func realPath(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  /// Nested mappings get keys with dots, lists are left out.
  private static func add(_ node: YAMLNode, as key: String, to line: inout MLflowLine) {
    switch node.content {
    case .list: break
    case .mapping(let entries):
      for entry in entries { add(entry.value, as: key + "." + entry.key, to: &line) }
    case .scalar(let text, _):
      // As it was written: whether it is a number, its column tells.
      if !node.isNull { line[key] = .text(text) }
    }
  }
}
