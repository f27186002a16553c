import MLflowProtocol
import Basics
import Experimentation
import HTTPTypes

extension FactoryRoutes {
  /// `traces/calculate-filter-correlation`: how often two filters find the same traces.
  func addMLflowTraceCorrelationRoutes(_ ledger: Ledger) {
    let path = "traces/calculate-filter-correlation"
    mlflow(.post, path, permission: .read, versions: ["3.0"]) { call in
      let fields = try await call.fields()
      guard fields["experiment_ids"] != nil else {
        throw MLflowFields.missing("experiment_ids")
      }
      let experiments = try fields.strings("experiment_ids").map { try MLflowFields.experiment($0) }
      let correlation = try await TraceStore(ledger: ledger).correlation(
        try fields.required("filter_string1"), try fields.required("filter_string2"),
        among: try fields.string("base_filter") ?? "", in: experiments)
      return MLflowAnswer { writer in
        if let value = correlation.npmi { writer.member("npmi", value) }
        if let value = correlation.smoothedNPMI { writer.member("npmi_smoothed", value) }
        writer.member("filter1_count", correlation.first)
        writer.member("filter2_count", correlation.second)
        writer.member("joint_count", correlation.both)
        writer.member("total_count", correlation.all)
      }
    }
  }
}
