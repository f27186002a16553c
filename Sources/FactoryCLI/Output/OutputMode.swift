internal import ArgumentParser

/// How a verb speaks: tables for people, JSON for programs, bare identifiers for shells.
enum OutputMode: String, CaseIterable, ExpressibleByArgument, Sendable {
  case table, json, quiet
}
