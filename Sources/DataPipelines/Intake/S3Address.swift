import Foundation
import Glibc

/// What an `s3://bucket/key` names, and the URLs of its requests.
struct S3Address: Equatable {
  /// As the user gave it.
  let source: String
  let bucket: String
  /// A key, a prefix that ends with `/`, or a pattern with `*` and `?`.
  let key: String
  /// Scheme, host and, with path style, the bucket; no slash at the end.
  private let base: String

  init(_ source: String, settings: DownloadSettings) throws(DataError) {
    self.source = source
    let parts = source.dropFirst("s3://".count).split(separator: "/", maxSplits: 1)
    guard let bucket = parts.first.map(String.init), !bucket.isEmpty,
      bucket.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) })
    else {
      throw DataError(
        .sourceMissing, "\(source) names no bucket.", hint: "Write it as s3://bucket/key.")
    }
    self.bucket = bucket
    key = parts.count > 1 ? String(parts[1]) : ""
    if let endpoint = settings.endpoint {
      base = (endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint) + "/" + bucket
    } else if bucket.contains(".") {
      base = "https://s3.\(settings.region).amazonaws.com/\(bucket)"
    } else {
      base = "https://\(bucket).s3.\(settings.region).amazonaws.com"
    }
  }

  /// Whether it names several objects.
  var isPattern: Bool { key.isEmpty || key.hasSuffix("/") || key.contains { "*?".contains($0) } }

  /// Whether a listed key belongs to the pattern.
  func matches(_ candidate: String) -> Bool {
    if key.isEmpty || key.hasSuffix("/") {
      return !candidate.hasSuffix("/")
    }
    return fnmatch(key, candidate, FNM_PATHNAME) == 0
  }

  /// The address of one object.
  func url(ofKey key: String) -> String {
    base + "/"
      + key.split(separator: "/", omittingEmptySubsequences: false)
      .map { S3Signature.encoded(String($0)) }.joined(separator: "/")
  }

  /// The address of a page of the list of keys.
  func listURL(continuation: String?) -> String {
    let prefix = key.prefix { !"*?[".contains($0) }
    var query = [("list-type", "2"), ("prefix", String(prefix))]
    if let continuation { query.append(("continuation-token", continuation)) }
    return base + "/?"
      + query.sorted { $0.0 < $1.0 }
      .map { "\($0.0)=\(S3Signature.encoded($0.1))" }.joined(separator: "&")
  }
}

/// One page of an S3 listing.
struct S3ListPage: Equatable {
  var keys: [String] = []
  var continuation: String?

  init(xml: String) {
    keys = Self.contents(of: "Key", in: xml)
    if Self.contents(of: "IsTruncated", in: xml).first == "true" {
      continuation = Self.contents(of: "NextContinuationToken", in: xml).first
    }
  }

  /// The texts between `<tag>` and `</tag>`; the list is flat, so that suffices.
  private static func contents(of tag: String, in xml: String) -> [String] {
    xml.components(separatedBy: "<\(tag)>").dropFirst().compactMap { part in
      part.range(of: "</\(tag)>").map { unescaped(String(part[..<$0.lowerBound])) }
    }
  }

  private static func unescaped(_ text: String) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")]
      .reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
  }
}
