import DataPipelines
import Engines

extension Report {
  /// The chain from this page back to the bytes it rests on.
  var provenanceSection: String {
    let dataset = details.dataset
    let model = details.model
    var links = provenance
    links.append(
      ProvenanceLink(
        label: "Model",
        value: model.members.map { "\($0.engine) \($0.engineVersion)" }.joined(separator: " + "),
        detail: "\(model.signature.count) input columns, seed \(model.seed), package format "
          + "\(model.formatVersion)"))
    links.append(
      ProvenanceLink(
        label: "Dataset", value: dataset.name,
        detail: "\(NumberText.grouped(dataset.rowCount)) rows, converter version "
          + "\(dataset.converterVersion), split \(dataset.splitRule)"))
    for source in dataset.sources.prefix(8) {
      links.append(
        ProvenanceLink(label: "Source", value: source.name, detail: "SHA-256 \(source.sha256)"))
    }
    let items = links.map { link in
      "<li><b>\(escaped(link.label))</b>\(HTML.code(link.value))"
        + (link.detail.map { "<br><small>\(escaped($0))</small>" } ?? "") + "</li>"
    }
    return HTML.section(
      "provenance", "Provenance",
      lead: "Everything this page rests on, from the newest to the oldest. "
        + "The command aifactory explain follows any of these identifiers.",
      html: "<ul class=\"chain\">\(items.joined(separator: "\n"))</ul>")
  }
}
