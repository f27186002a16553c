import Testing

@testable import Engines

struct NaturalOrderTests {
  @Test func `numbers in texts count as numbers`() {
    let ordered = [
      "", "1", "2 a", "2 b", "10", "<1 year", "<20 years", "A9", "A10", "A10b", "A100", "grade 2",
      "grade 10", "grade 10 b", "x9999999999999999999998", "x9999999999999999999999",
    ]
    for seed in 0..<10 {
      var random = SystemRandomNumberGenerator()
      #expect(
        ordered.shuffled(using: &random).sorted(by: NaturalOrder.areInOrder) == ordered, "\(seed)")
    }
  }

  @Test func `it is a strict order of different texts`() {
    let texts = ["01", "1", "001", "1a", "01a", "a", "a1", "a01", "ä", "a ", " 1", "0", "00", ""]
    for left in texts {
      #expect(!NaturalOrder.areInOrder(left, left))
      for right in texts where left != right {
        #expect(
          NaturalOrder.areInOrder(left, right) != NaturalOrder.areInOrder(right, left),
          "\(left) \(right)")
        for third in texts
        where NaturalOrder.areInOrder(left, right) && NaturalOrder.areInOrder(right, third) {
          #expect(NaturalOrder.areInOrder(left, third), "\(left) \(right) \(third)")
        }
      }
    }
  }
}
