/// What `/` shows: the newest of everything, with links.
struct HomePage {
  struct Dataset {
    var name: String
    var rows: Int
    var columns: Int
    var versions: Int
    var used: String
  }

  struct WorkflowRun {
    var id: String
    var name: String
    var status: String
    var started: String
    /// Whether `/reports/{id}` answers.
    var hasReport: Bool
    /// The tracking run that stands for it.
    var trackingRun: String
  }

  struct Experiment {
    var id: String
    var name: String
    var changed: String
  }

  struct Model {
    var name: String
    var version: Int
    var changed: String
  }

  struct Endpoint {
    var name: String
    var status: String
    var modelVersion: String
    var url: String
  }

  var datasets: [Dataset] = []
  var runs: [WorkflowRun] = []
  var experiments: [Experiment] = []
  var models: [Model] = []
  var endpoints: [Endpoint] = []

  /// The page.
  var response: PageResponse {
    PageFrame.page(
      "AI Factory",
      "\(endpointSection)\(runSection)\(experimentSection)\(modelSection)\(datasetSection)")
  }

  private var endpointSection: HTML {
    PageFrame.section(
      "Endpoints", columns: ["Name", "Status", "Answers with", "URL"],
      rows: endpoints.map { endpoint in
        [
          "<strong>\(endpoint.name)</strong>", PageFrame.badge(endpoint.status),
          "\(endpoint.modelVersion)", "<code>POST \(endpoint.url)/predict</code>",
        ]
      },
      whenEmpty: "Nothing is deployed. A workflow with <code>deploy:</code> makes an endpoint.")
  }

  private var runSection: HTML {
    PageFrame.section(
      "Workflow runs", columns: ["Workflow", "Status", "Started", "Report", "Run"],
      rows: runs.map { run in
        let report: HTML = run.hasReport ? "<a href=\"/reports/\(run.id)\">report</a>" : "–"
        return [
          "<strong>\(run.name)</strong>", PageFrame.badge(run.status), "\(run.started)", report,
          "<a href=\"/runs/\(run.trackingRun)\"><code>\(run.id)</code></a>",
        ]
      },
      whenEmpty: "No workflow has run. <code>aifactory init data.csv --target COLUMN</code> "
        + "writes one, <code>aifactory run workflow.yaml</code> runs it.")
  }

  private var experimentSection: HTML {
    PageFrame.section(
      "Experiments", columns: ["Name", "Changed"],
      rows: experiments.map { experiment in
        [
          "<a href=\"/experiments/\(experiment.id)\"><strong>\(experiment.name)</strong></a>",
          "\(experiment.changed)",
        ]
      },
      whenEmpty: "No run was logged.")
  }

  private var modelSection: HTML {
    PageFrame.section(
      "Models", columns: ["Name", "Newest version", "Changed"],
      rows: models.map { model in
        ["<strong>\(model.name)</strong>", "\(model.version)", "\(model.changed)"]
      },
      whenEmpty: "No model is registered.")
  }

  private var datasetSection: HTML {
    PageFrame.section(
      "Datasets", columns: ["Name", "Rows", "Columns", "Versions", "Last used"],
      rows: datasets.map { dataset in
        [
          "<strong>\(dataset.name)</strong>", "\(dataset.rows)", "\(dataset.columns)",
          "\(dataset.versions)", "\(dataset.used)",
        ]
      },
      whenEmpty: "No dataset has been read.")
  }
}

extension HTML {
  /// Two texts of the program's own, one after the other.
  static func + (left: HTML, right: HTML) -> HTML { HTML([left, right]) }
}
