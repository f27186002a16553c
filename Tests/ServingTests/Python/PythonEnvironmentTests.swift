import Basics
import TestSupport
import Testing

@testable import Serving

struct PythonEnvironmentTests {
  @Test func `an environment is what the model's files say`() {
    let environment = PythonEnvironment(
      requirements: "mlflow==3.17.2\r\n# a remark\n\n  scikit-learn==1.9.1 \n",
      python: "python: 3.11.7\nbuild_dependencies:\n- pip\n")
    #expect(environment.requirements == ["mlflow==3.17.2", "scikit-learn==1.9.1"])
    #expect(environment.version == "3.11")
  }

  @Test(arguments: ["mlflow", "mlflow==3.1", "mlflow[extras]>=2", "mlflow @ file:///a.whl"])
  func `what names MLflow needs no other`(requirement: String) {
    #expect(PythonEnvironment(requirements: requirement, python: nil).requirements == [requirement])
  }

  @Test(arguments: [nil, "", "mlflow-skinny==3.1", "pandas"])
  func `whatever a model needs, MLflow comes with it`(requirement: String?) {
    let environment = PythonEnvironment(requirements: requirement, python: nil)
    #expect(environment.requirements.last == "mlflow")
    #expect(environment.version == nil)
  }

  @Test func `the same packages have the same place, others another`() throws {
    let home = FactoryHome(path: "/h")
    let one = PythonEnvironment(requirements: "mlflow\na==1\n", python: "python: 3.11.7")
    let same = PythonEnvironment(requirements: "mlflow\n\na==1", python: "python: 3.11.9")
    let other = PythonEnvironment(requirements: "mlflow\na==2\n", python: "python: 3.11.7")
    let later = PythonEnvironment(requirements: "mlflow\na==1\n", python: "python: 3.12.1")
    #expect(one.folder(in: home) == same.folder(in: home))
    #expect(Set([one, other, later].map { $0.folder(in: home) }).count == 3)
    #expect(one.interpreter(in: home) == "/h/environments/\(one.hash)/bin/python")
  }

  @Test func `an environment without its stamp is not ready`() throws {
    let folder = try TemporaryFolder()
    let home = FactoryHome(path: folder.path)
    let environment = PythonEnvironment(requirements: nil, python: nil)
    try FileTree.createFolder(environment.folder(in: home) + "/bin")
    #expect(!environment.isReady(in: home))
    try FileTree.write([], to: PythonEnvironment.stamp(of: environment.folder(in: home)))
    #expect(environment.isReady(in: home))
  }
}
