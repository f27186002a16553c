import JSONCoding
import Testing

struct JSONObjectTextTests {
  private func object(_ text: String) throws -> JSONObjectText {
    try JSONObjectText(parsing: Array(text.utf8))
  }

  private func text(_ bytes: [UInt8]?) -> String? {
    bytes.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func `values stay as they were written`() throws {
    let value = try object(
      #" { "b" : 1.0 , "a" : 9007199254740993, "c":{"x": [NaN, "é\n"] }, "b": 2.50e1 } "#)
    #expect(value.members.map(\.key) == ["b", "a", "c"])
    #expect(text(value["b"]) == "2.50e1")
    #expect(text(value["a"]) == "9007199254740993")
    #expect(text(value.bytes) == #"{"b":2.50e1,"a":9007199254740993,"c":{"x": [NaN, "é\n"] }}"#)
    #expect(value["d"] == nil)
  }

  @Test func `of two merged objects the second holds`() throws {
    var value = try object(#"{"a":1,"b":[1]}"#)
    value.merge(try object(#"{"c":null,"b":[2]}"#))
    #expect(text(value.bytes) == #"{"a":1,"b":[2],"c":null}"#)
  }

  @Test(arguments: ["", "[]", "5", "{\"a\":}", "{\"a\":1}x", "{\"a\":tru}", "{\"a\":\"\n\"}"])
  func `what is no object is refused`(words: String) {
    #expect(throws: JSONError.self) { try object(words) }
  }

  @Test func `equal values have one canonical form, and different ones do not`() throws {
    func canonical(_ words: String) throws -> String? {
      text(
        try JSONReader.read(Array(words.utf8)) { reader throws(JSONError) in
          try reader.readCanonical()
        })
    }
    let form = #"{"a":{"x":"é","y":[1,{"p":1,"q":2}]},"b":null}"#
    #expect(
      try canonical(#" {"b": null, "a": {"y": [1, {"q":2,"p":1}], "x": "\u00e9"}} "#) == form)
    #expect(try canonical(form) == form)
    #expect(try canonical("[9007199254740993]") != canonical("[9007199254740992]"))
    #expect(try canonical(#"{"a":1,"a":2}"#) == #"{"a":2}"#)
  }
}
