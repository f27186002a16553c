/// The words of a text and their pairs as hashes: free of the process, the machine and the locale.
///
/// A word is a run of letters and digits, in lower case; each CJK ideograph is a word of its own.
struct WordHashes {
  /// Hashes of words and of pairs of neighbors, in the order of the text.
  private(set) var grams: [UInt64] = []
  private(set) var wordCount = 0
  private(set) var characterCount = 0

  // FNV-1a, 64 bits (Fowler, Noll, Vo).
  private static let offset: UInt64 = 0xCBF2_9CE4_8422_2325
  private static let prime: UInt64 = 0x0000_0100_0000_01B3

  private var word = offset
  private var isInWord = false
  private var previousWord: UInt64?

  init(_ text: String) {
    for scalar in text.unicodeScalars {
      characterCount += 1
      if scalar.isASCII {
        addASCII(UInt8(truncatingIfNeeded: scalar.value))
      } else if Self.isIdeograph(scalar) {
        endWord()
        add(bytesOf: scalar)
        endWord()
      } else if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
        if scalar.properties.changesWhenLowercased {
          for lower in scalar.properties.lowercaseMapping.unicodeScalars { add(bytesOf: lower) }
        } else {
          add(bytesOf: scalar)
        }
      } else if scalar.properties.generalCategory != .nonspacingMark {
        endWord()
      }
    }
    endWord()
  }

  private mutating func addASCII(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): add(byte)
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): add(byte | 0x20)
    // An apostrophe stays inside its word.
    case UInt8(ascii: "'"): break
    default: endWord()
    }
  }

  private mutating func add(bytesOf scalar: Unicode.Scalar) {
    guard let bytes = UTF8.encode(scalar) else { return }
    for byte in bytes { add(byte) }
  }

  private mutating func add(_ byte: UInt8) {
    word = (word ^ UInt64(byte)) &* Self.prime
    isInWord = true
  }

  private mutating func endWord() {
    guard isInWord else { return }
    wordCount += 1
    grams.append(Self.mixed(word))
    if let previousWord {
      grams.append(Self.mixed(previousWord &* 0x9E37_79B9_7F4A_7C15 ^ word))
    }
    previousWord = word
    word = Self.offset
    isInWord = false
  }

  /// Spreads a hash over all bits (the finalizer of MurmurHash3).
  private static func mixed(_ hash: UInt64) -> UInt64 {
    var hash = hash
    hash = (hash ^ hash >> 33) &* 0xFF51_AFD7_ED55_8CCD
    hash = (hash ^ hash >> 33) &* 0xC4CE_B9FE_1A85_EC53
    return hash ^ hash >> 33
  }

  private static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0x2_0000...0x2_FFFF: true
    default: false
    }
  }
}
