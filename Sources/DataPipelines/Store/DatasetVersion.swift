public import Basics
import Foundation

/// One immutable version of a dataset, as the ledger knows it.
public struct DatasetVersion: Identified, Sendable, Equatable {
  /// What its identifiers begin with.
  public static let identifierPrefix = "dv_"

  /// Follows from the sources' bytes and how they are read.
  public var id: Identifier<DatasetVersion>
  /// Name of the dataset.
  public var dataset: String
  /// From 1, in the order of first use in the dataset.
  public var number: Int
  /// Digest of the manifest object of its folder.
  public var folder: ObjectDigest
  /// Its `dataset.json`.
  public var manifest: DatasetManifest
  /// How it was asked for; paths are those of the build.
  public var request: DatasetRequest
  /// The job that built it, if one did.
  public var job: String?
  /// When this dataset first had it, in milliseconds since 1970.
  public var createdAtMs: Int64
  /// How far it must be kept from others: the most restricted class of all datasets that have a version made from
  /// one of its files, its own among them.
  public var dataClass = DataClass.usual

  /// The identifier of what `request` makes of sources that gave `manifest`.
  ///
  /// It hashes the sources' digests, all options of the request, the columns and the version of
  /// the converter; names of the dataset and of files, and paths, do not count.
  public static func id(
    manifest: DatasetManifest, request: DatasetRequest
  ) throws -> Identifier<DatasetVersion> {
    var options = request
    options.name = ""
    options.outputFolder = ""
    options.files = options.files.map(nameless)
    options.testFiles = options.testFiles.map(nameless)
    options.join = options.join.map(nameless)
    let testJoins = (options.testShaping?.join ?? []).map(nameless)
    options.testShaping?.join = testJoins
    let content = VersionContent(
      request: options, columns: manifest.columns, converterVersion: manifest.converterVersion)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let digest = ObjectDigest(of: try encoder.encode(content))
    guard let id = Identifier<DatasetVersion>("dv_" + base32(digest.hex)) else {
      throw DataError(.datasetDamaged, "The identifier of a dataset version cannot be made.")
    }
    return id
  }

  private struct VersionContent: Encodable {
    var request: DatasetRequest
    var columns: [DatasetManifest.Column]
    var converterVersion: Int
  }

  private static func nameless(_ join: DatasetRequest.Join) -> DatasetRequest.Join {
    DatasetRequest.Join(files: join.files.map(nameless), using: join.using)
  }

  private static func nameless(_ file: DatasetRequest.SourceFile) -> DatasetRequest.SourceFile {
    var file = file
    file.path = ""
    file.source.name = ""
    file.source.part = ""
    return file
  }

  /// The first 130 bits of a hexadecimal number as 26 characters.
  private static func base32(_ hex: String) -> String {
    let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
    var word = ""
    var bits = 0
    var held = 0
    for digit in hex.compactMap(\.hexDigitValue) where word.count < 26 {
      held = held << 4 | digit
      bits += 4
      if bits >= 5 {
        bits -= 5
        word.append(alphabet[held >> bits & 31])
        held &= (1 << bits) - 1
      }
    }
    return word
  }
}

/// A dataset: a name and its versions.
public struct Dataset: Sendable, Equatable {
  /// Its name, unique in the project.
  public var name: String
  /// How many versions it has had.
  public var versionCount: Int
  /// The version used last.
  public var latest: DatasetVersion
  /// When it was first made, in milliseconds since 1970.
  public var createdAtMs: Int64
  /// When it was last used for a build, in milliseconds since 1970.
  public var updatedAtMs: Int64
  /// The class that somebody gave it; its versions may be more restricted.
  public var dataClass = DataClass.usual
}
