internal import Basics
import Foundation

/// A page that a verb leaves where the user asked for it.
enum PageFile {
  /// Writes it whole or not at all.
  ///
  /// - Returns: the absolute path.
  static func write(_ page: [UInt8], to file: String) throws -> String {
    let path = FileTree.absolute(file)
    do {
      try Data(page).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw CLIError(
        .fileUnwritable, "\(visible(file)) cannot be written: \(error.localizedDescription)",
        hint: "Name a file in a folder that exists.")
    }
    return path
  }
}
