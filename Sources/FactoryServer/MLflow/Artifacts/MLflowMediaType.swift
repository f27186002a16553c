import Foundation
import HTTPTypes

/// Headers with which a file is handed out: never to be run by a browser.
enum MLflowMediaType {
  private static let types: [String: String] = [
    "bmp": "image/bmp", "css": "text/css", "csv": "text/csv", "gif": "image/gif",
    "htm": "text/html", "html": "text/html", "jpeg": "image/jpeg", "jpg": "image/jpeg",
    "js": "text/javascript", "json": "application/json", "mp3": "audio/mpeg",
    "mp4": "video/mp4", "onnx": "application/octet-stream", "pdf": "application/pdf",
    "png": "image/png", "svg": "image/svg+xml", "tsv": "text/tab-separated-values",
    "wav": "audio/x-wav", "webp": "image/webp", "xml": "text/xml", "zip": "application/zip",
  ]
  private static let texts: Set<String> = [
    "cfg", "conf", "ini", "log", "md", "mlmodel", "mlproject", "py", "rst", "toml", "txt", "yaml",
    "yml",
  ]

  /// Type, name and what keeps browsers from guessing.
  static func headers(forFile name: String) -> HTTPFields {
    let ending = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
    var headers: HTTPFields = [
      .contentType: texts.contains(ending)
        ? "text/plain" : types[ending] ?? "application/octet-stream",
      .contentDisposition: disposition(name),
    ]
    if let nosniff = HTTPField.Name("X-Content-Type-Options") { headers[nosniff] = "nosniff" }
    return headers
  }

  private static func disposition(_ name: String) -> String {
    // A token of RFC 9110, §5.6.2, needs no quotes.
    let plain = name.unicodeScalars.allSatisfy {
      $0.isASCII
        && ($0.properties.isAlphabetic || "0123456789!#$%&'*+-.^_`|~".unicodeScalars.contains($0))
    }
    if plain { return "attachment; filename=\(name)" }
    let ascii = String(
      String.UnicodeScalarView(
        name.unicodeScalars.filter { $0.isASCII && $0.value >= 0x20 && $0 != "\"" && $0 != "\\" }))
    let escaped = name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "download"
    return
      "attachment; filename=\"\(ascii.isEmpty ? "download" : ascii)\"; filename*=UTF-8''\(escaped)"
  }
}
