internal import Basics
internal import Foundation

/// Everything that decides what a stage makes, by name; its digest is the stage's key.
///
/// Two stages with equal ingredients make the same thing, so the second takes over what the first
/// made. Values are text in one exact form, so that equal means equal to the byte.
public struct StageIngredients: Codable, Sendable, Equatable {
  /// What an ingredient is, for sentences about what changed.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    case input, parameter, code, engine
  }

  /// One named value.
  public struct Ingredient: Codable, Sendable, Equatable {
    /// What it is.
    public var kind: Kind
    /// What it is called; unique among those of its kind.
    public var name: String
    /// Its value as text.
    public var value: String

    /// Takes every value as it is.
    public init(_ kind: Kind, _ name: String, _ value: String) {
      self.kind = kind
      self.name = name
      self.value = value
    }
  }

  /// The stage that they belong to.
  public var stage: StageName
  /// In the order of kind and name; no two with the same.
  public private(set) var ingredients: [Ingredient]

  /// Takes every value as it is.
  public init(stage: StageName, _ ingredients: [Ingredient]) {
    self.stage = stage
    self.ingredients = ingredients.sorted {
      ($0.kind.rawValue, $0.name) < ($1.kind.rawValue, $1.name)
    }
  }

  /// The SHA-256 of the ingredients in canonical JSON (sorted keys, no spaces), in hexadecimal.
  public func key() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return ObjectDigest(of: try encoder.encode(self)).hex
  }

  /// What differs from an earlier stage, as sentences; empty when nothing does.
  public func changes(since earlier: StageIngredients) -> [String] {
    let old = Dictionary(
      earlier.ingredients.map { ($0.kind.rawValue + " " + $0.name, $0.value) },
      uniquingKeysWith: { first, _ in first })
    let names = Set(ingredients.map { $0.kind.rawValue + " " + $0.name })
    let changed: [String] = ingredients.compactMap { ingredient in
      let label = "\(ingredient.kind.rawValue) \(ingredient.name)"
      guard let before = old[label] else { return "\(label) is new: \(ingredient.value.shortened)" }
      guard before != ingredient.value else { return nil }
      return "\(label) changed from \(before.shortened) to \(ingredient.value.shortened)"
    }
    let removed = earlier.ingredients.map { "\($0.kind.rawValue) \($0.name)" }
      .filter { !names.contains($0) }.map { "\($0) was removed" }
    return changed + removed
  }
}

extension String {
  /// At most 60 characters; a digest is known by its first 12.
  fileprivate var shortened: String {
    let isDigest = utf8.count == 64 && allSatisfy(\.isHexDigit)
    return isDigest ? String(prefix(12)) + "…" : count > 60 ? String(prefix(59)) + "…" : self
  }
}
