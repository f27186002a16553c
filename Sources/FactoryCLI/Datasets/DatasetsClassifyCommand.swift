internal import API
internal import ArgumentParser

/// Gives a dataset a class.
struct DatasetsClassifyCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "classify", abstract: "Says how far a dataset must be kept from others.",
    discussion: """
      The classes are public (what nobody has classified is), internal, confidential and restricted. Sites take the \
      classes that `aifactory sites set --data-classes` names. The class holds for all versions, those to come among \
      them, and for other datasets made from the same files.
      """)

  @Argument(help: "Name of the dataset.") var name: String
  @Argument(help: ArgumentHelp("Its class.", valueName: "class")) var dataClass: String
  @Flag(help: "Allow a class that is less restricted than before.") var lower = false
  @OptionGroup var global: GlobalOptions

  func execute() async throws {
    let dataset: DatasetWire = try await connection().put(
      "/api/v1/datasets/\(DatasetDetails.encoded(name))/class",
      DatasetClassWire(dataClass: dataClass, mayLower: lower ? true : nil))
    let latest = dataset.latest
    let shared =
      latest.dataClass == dataset.dataClass
      ? ""
      : "\nIts newest version is \(latest.dataClass): another dataset with one of its files is."
    try global.output.show(
      dataset, text: "The dataset \(dataset.name) is \(dataset.dataClass)." + shared,
      quiet: [latest.dataClass])
  }
}
