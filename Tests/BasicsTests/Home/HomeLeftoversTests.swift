import Basics
import TestSupport
import Testing

struct HomeLeftoversTests {
  @Test func `archives of code that nothing used since a moment are left over`() throws {
    let folder = try TemporaryFolder()
    let home = FactoryHome(path: folder.path)
    let path = try folder.write("archive", to: "code/abc.tar")
    let changed = try #require(FileTree.changedAtMs(path))
    let leftovers = HomeLeftovers(home)
    #expect(try leftovers.found(unchangedSinceMs: changed) == [])
    let found = try leftovers.found(unchangedSinceMs: changed + 1)
    #expect(found == [HomeLeftovers.Found(path: path, bytes: 7)])
  }
}
