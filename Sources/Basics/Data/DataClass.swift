/// How far data must be kept from others: four classes, as organizations that follow ISO/IEC 27001:2022
/// (A.5.12, classification of information) usually have them.
public enum DataClass: String, Codable, Sendable, CaseIterable, Comparable {
  case `public`
  case `internal`
  case confidential
  case restricted

  /// What data has that nobody has classified.
  public static let usual = DataClass.public

  /// The class of a word.
  ///
  /// - Throws: `BasicsError` with all words, for any other.
  public init(word: String) throws {
    guard let known = DataClass(rawValue: word) else {
      throw BasicsError(
        .dataClassInvalid, "\(visible(word)) is no class of data",
        hint: "The classes, the least restricted first: \(Self.words(Self.allCases)).")
    }
    self = known
  }

  /// The less restricted first.
  public static func < (one: DataClass, other: DataClass) -> Bool { one.rank < other.rank }

  /// Names of classes for people: `public, internal`.
  public static func words(_ classes: some Sequence<DataClass>) -> String {
    classes.map(\.rawValue).joined(separator: ", ")
  }

  private var rank: Int {
    switch self {
    case .public: 0
    case .internal: 1
    case .confidential: 2
    case .restricted: 3
    }
  }
}
