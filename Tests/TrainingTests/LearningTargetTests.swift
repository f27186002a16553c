import DataPipelines
import Testing

@testable import Training

struct LearningTargetTests {
  func numbers(_ values: [Double], _ type: ColumnType = .integer) -> TableColumn {
    TableColumn(name: "y", type: type, values: .numbers(values))
  }

  func words(_ words: [String?]) -> TableColumn {
    let values = Array(Set(words.compactMap { $0 })).sorted().reversed() as [String]
    let codes = words.map { word in
      word.flatMap { values.firstIndex(of: $0) }.map { Int32($0) } ?? -1
    }
    return TableColumn(name: "y", type: .category, values: .strings(codes: codes, values: values))
  }

  func read(
    _ column: TableColumn, task: LearningTask? = nil, positive: String? = nil
  ) throws -> LearningTarget {
    try LearningTarget.read(column, task: task, positive: positive, forecasts: false)
  }

  @Test func `words, booleans and two whole numbers are classes, other numbers are not`() throws {
    #expect(try read(words(["a", "b"])).task == .classification)
    #expect(try read(numbers([0, 1, 1], .boolean)).classes == ["false", "true"])
    #expect(try read(numbers([4, 2, 4])).classes == ["2", "4"])
    #expect(try read(numbers([1, 2, 3])).task == .regression)
    #expect(try read(numbers([0.5, 1.5], .decimal)).task == .regression)
    #expect(try read(numbers([3, 3])).task == .regression)
  }

  @Test func `classes are sorted, and rows without one have no label`() throws {
    let target = try read(words(["b", nil, "a", "c"]))
    #expect(target.classes == ["a", "b", "c"])
    #expect(target.labels[0] == 1)
    #expect(target.labels[1].isNaN)
  }

  @Test func `a positive class stands second, against all others`() throws {
    #expect(try read(words(["a", "b"]), positive: "a").classes == ["b", "a"])
    let target = try read(words(["a", "b", "c", nil]), positive: "b")
    #expect(target.classes == ["other", "b"])
    #expect(target.labels.prefix(3) == [0, 1, 0])
    #expect(target.labels[3].isNaN)
    #expect(try read(numbers([1, 2, 3]), positive: "2").classes == ["other", "2"])
  }

  @Test func `what cannot be learned is refused with a reason`() {
    func code(_ body: () throws -> LearningTarget) -> TrainingError.Code? {
      do {
        _ = try body()
        return nil
      } catch let error as TrainingError {
        return error.code
      } catch {
        return nil
      }
    }
    #expect(code { try read(words(["a", "a", nil])) } == .tooFewClasses)
    #expect(code { try read(words([nil])) } == .tooFewClasses)
    #expect(code { try read(words(["a", "b"]), positive: "x") } == .positiveMissing)
    #expect(code { try read(words(["a", "b"]), task: .regression) } == .targetUnfit)
    #expect(
      code { try read(numbers((0..<500).map { Double($0) }), task: .classification) }
        == .tooManyClasses)
    #expect(
      code { try read(numbers([1, 2, 3]), task: .regression, positive: "1") } == .requestInvalid)
  }
}
