import Basics
import Foundation
import TestSupport
import Testing

@testable import Workflows

@Suite struct ExampleWorkflowTests {
  @Test(arguments: ["adult-income", "german-credit", "nsl-kdd", "turbofan", "wine-quality"])
  func `every example parses and goes all the way to an endpoint`(name: String) throws {
    let path = "\(packageFolder)/Examples/\(name)/workflow.yaml"
    let text = String(decoding: try FileTree.read(path), as: UTF8.self)
    let definition = try WorkflowFile.parse(text: text, path: path)
    #expect(definition.name == name)
    #expect(definition.stages == StageName.allCases)
    #expect(!definition.evaluate.gates.isEmpty)
    #expect(FileTree.exists("\(packageFolder)/Examples/\(name)/README.md"))
  }

  @Test func `the file of the reference page parses`() throws {
    let page = String(
      decoding: try FileTree.read("\(packageFolder)/docs/workflow-file.md"), as: UTF8.self)
    let blocks = page.components(separatedBy: "```yaml\n").dropFirst()
      .compactMap { $0.components(separatedBy: "```").first }
    #expect(!blocks.isEmpty)
    for block in blocks {
      _ = try WorkflowFile.parse(text: block, path: "docs/workflow-file.md")
    }
  }
}
