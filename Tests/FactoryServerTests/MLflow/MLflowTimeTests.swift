import Testing

@testable import FactoryServer

struct MLflowTimeTests {
  @Test func `a time survives the way to its text and back, to the millisecond`() {
    for ms in Int64(1_795_650_021_000)...1_795_650_022_999 {
      #expect(MLflowTime.milliseconds(of: MLflowTime.text(ms)) == ms)
    }
    #expect(MLflowTime.text(1_709_296_205_250) == "2024-03-01T12:30:05.250Z")
    #expect(MLflowTime.text(-1) == "1969-12-31T23:59:59.999Z")
  }
}
