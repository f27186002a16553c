import TestSupport
import Testing

@testable import Compute

struct RequirementsFileTests {
  @Test(arguments: [
    "", "torch==2.4.0\nnumpy>=1.26 ; python_version < '3.13'\n", "# -r base.txt\n",
    "--index-url https://mirror.example.org/simple\n--require-hashes\n",
    "numpy==2.0 --hash=sha256:00 \\\n    --hash=sha256:01\n", "--find-links /opt/wheels\nx\n",
    "--find-links=https://example.org/wheels\n", "x @ https://example.org/x.whl\n",
    "-i https://m\n",
  ])
  func `a file that says all by itself is taken as it is`(text: String) throws {
    #expect(try RequirementsFile(Array(text.utf8), named: "r.txt").bytes == Array(text.utf8))
  }

  @Test(arguments: [
    "-r base.txt", "-rbase.txt", "--requirement base.txt", "--requirement=base.txt", "-c c.txt",
    "--constraint c.txt", "-e .", "--editable ./lib", "./lib", "../lib[extra]", "x @ ./x.whl",
    "--find-links wheels", "-f ../wheels", "--find-links=wheels",
  ])
  func `a line that needs other files is refused with its number`(line: String) throws {
    let text = "numpy\n  \(line)\n"
    let error = #expect(throws: JobError.self) {
      try RequirementsFile(Array(text.utf8), named: "r.txt")
    }
    #expect(error?.code == .softwareInvalid)
    #expect(error?.message.hasPrefix("line 2 of 'r.txt'") == true)
  }

  @Test(arguments: ["pyproject.toml", "uv.lock", "environment.yml"])
  func `other formats are refused with the way to a requirements file`(name: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("x", to: name)
    let error = #expect(throws: JobError.self) { try RequirementsFile(path: path) }
    #expect(error?.hint?.contains("requirements-txt") == true)
  }
}
