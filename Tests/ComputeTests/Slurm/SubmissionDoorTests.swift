import Testing

@testable import Compute

struct SubmissionDoorTests {
  @Test func `one asks for all after pauses that grow to eight seconds`() {
    var door = SubmissionDoor()
    var now: Int64 = 10_000
    var pauses: [Int64] = []
    for _ in 0..<6 {
      door.close("it is away", now)
      #expect(!door.isOpen && !door.mayKnock(now))
      pauses.append(door.waitMs(now))
      now += door.waitMs(now)
      #expect(door.mayKnock(now))
      door.knock()
    }
    #expect(pauses == [1_000, 2_000, 4_000, 8_000, 8_000, 8_000])
  }

  @Test func `of several that fail at a time the first one counts`() {
    var door = SubmissionDoor()
    for _ in 0..<4 { door.close("it is away", 0) }
    #expect(door.failures == 1 && door.waitMs(0) == 1_000)
  }

  @Test func `an answer opens it for all, whatever it says of the job`() {
    var door = SubmissionDoor()
    for now in [Int64(0), 1_000, 3_000] {
      door.knock()
      door.close("a quota is reached", now)
    }
    door.knock()
    door.open()
    #expect(door.isOpen && door.waitMs(0) == 0)
    door.close("a quota is reached", 0)
    #expect(door.waitMs(0) == 1_000, "the pauses begin anew")
  }
}
