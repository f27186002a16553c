import Foundation

/// Real tables that lie beside the package on some machines; they are no part of it.
public enum SampleData {
  /// Their folder: `AIFACTORY_SAMPLE_DATA`, else `shared/data` beside the package; nil without it.
  public static let folder: String? = {
    let named = ProcessInfo.processInfo.environment["AIFACTORY_SAMPLE_DATA"]
    let folder = named ?? packageFolder + "/../shared/data"
    return FileManager.default.fileExists(atPath: folder + "/wine-quality.csv") ? folder : nil
  }()
}
