/// Names for runs that were started without one.
public enum RunNames {
  private static let adjectives = [
    "able", "agile", "amber", "apt", "bold", "brave", "bright", "calm", "capable", "clean",
    "clever", "crisp", "eager", "fair", "fast", "fine", "gentle", "glad", "golden", "grand",
    "honest", "jolly", "keen", "kind", "lively", "lucky", "mellow", "merry", "neat", "nimble",
    "noble", "polite", "proud", "quick", "quiet", "rare", "sharp", "silent", "smart", "steady",
    "sturdy", "swift", "tidy", "vivid", "warm", "wise", "witty", "young",
  ]
  private static let nouns = [
    "ant", "bear", "bee", "bird", "boar", "calf", "cat", "colt", "crab", "crane", "crow", "deer",
    "dove", "duck", "eel", "elk", "fawn", "finch", "fish", "fox", "frog", "goat", "goose", "gull",
    "hare", "hawk", "hen", "horse", "ibis", "jay", "lamb", "lark", "lynx", "mink", "mole", "moose",
    "mouse", "newt", "otter", "owl", "panda", "pike", "quail", "ram", "raven", "seal", "shrew",
    "skink", "sloth", "snail", "squid", "stag", "stork", "swan", "tern", "toad", "trout", "whale",
    "wolf", "wren", "yak", "zebra",
  ]

  /// Such as `brave-otter-204`.
  public static func random() -> String {
    // One draw for all three: they are names for people, and need not be evenly spread.
    let draw = UInt64.random(in: 0...UInt64.max)
    let adjective = adjectives[Int(draw % UInt64(adjectives.count))]
    let noun = nouns[Int((draw >> 16) % UInt64(nouns.count))]
    return "\(adjective)-\(noun)-\((draw >> 32) % 1000)"
  }
}
