/// What all self-contained pages have around their sections; parts are HTML unless they are texts.
struct ReportFrame {
  /// A part of the page that a link at the top leads to; left out where it has no HTML.
  typealias Section = (id: String, title: String, html: String)

  /// No script, and nothing from elsewhere.
  static let policyWithoutScript = "default-src 'none'; style-src 'unsafe-inline'"

  /// Text of the heading.
  var title: String
  /// Text after the title in the browser's tab, such as `evaluation`.
  var kind: String
  /// Text below the heading.
  var subtitle: String
  /// What a browser lets the page do.
  var policy = Self.policyWithoutScript
  /// CSS.
  var styles: String
  /// A class of the body; empty for none.
  var bodyClass = ""
  /// Between the heading and the links.
  var lead = ""
  /// Between the links and the sections.
  var controls = ""
  var sections: [Section]
  var footer: String
  /// After all that is shown, such as scripts.
  var tail = ""

  /// The whole page.
  func html() -> String {
    let shown = sections.filter { !$0.html.isEmpty }
    let links = shown.map { "<a href=\"#\($0.id)\">\($0.title)</a>" }.joined(separator: "\n")
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta http-equiv="Content-Security-Policy" content="\(policy)">
      <title>\(escaped(title)) – \(kind)</title>
      <style>\(styles)</style>
      </head>
      <body\(bodyClass.isEmpty ? "" : " class=\"\(bodyClass)\"")>
      <main>
      <header>
      <h1>\(escaped(title))</h1>
      <p>\(escaped(subtitle))</p>
      </header>
      \(lead)<nav>\(links)</nav>
      \(controls)\(shown.map(\.html).joined())<footer>\(footer)</footer>
      </main>
      \(tail)</body>
      </html>

      """
  }
}
