/// What all pages share.
enum PageFrame {
  /// A whole page around `body`.
  static func page(_ title: String, _ body: HTML) -> PageResponse {
    let html: HTML = """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(title)</title><link rel="stylesheet" href="/style.css"></head>
      <body><header><a class="brand" href="/">AI Factory</a></header>
      <main>\(body)</main></body></html>
      """
    return PageResponse(html: html.text)
  }

  /// A titled table, or a sentence where it has no rows.
  static func section(
    _ title: String, columns: [String], rows: [[HTML]], whenEmpty: HTML
  ) -> HTML {
    guard !rows.isEmpty else {
      return "<section><h2>\(title)</h2><p class=\"empty\">\(whenEmpty)</p></section>"
    }
    let head = columns.map { column -> HTML in "<th>\(column)</th>" }
    let body = rows.map { row -> HTML in
      let cells = row.map { cell -> HTML in "<td>\(cell)</td>" }
      return "<tr>\(cells)</tr>"
    }
    return """
      <section><h2>\(title)</h2><div class="scroll"><table>
      <thead><tr>\(head)</tr></thead><tbody>\(body)</tbody></table></div></section>
      """
  }

  /// A text as part of an address's query.
  static func escaped(_ text: String) -> String {
    text.utf8.map { byte in
      let isPlain =
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-_./".utf8.contains(byte)
      let digits = String(byte, radix: 16, uppercase: true)
      return isPlain
        ? String(UnicodeScalar(byte)) : "%" + (digits.count == 1 ? "0" : "") + digits
    }.joined()
  }

  /// A state's word in its color.
  static func badge(_ word: String) -> HTML {
    let kind =
      switch word {
      case "succeeded", "ready", "live", "healthy", "finished": "good"
      case "failed", "canceled", "killed", "lost": "bad"
      case "running", "starting", "queued", "draining", "stopping": "busy"
      default: "plain"
      }
    return "<span class=\"badge \(kind)\">\(word)</span>"
  }

  /// The look of all pages: one column, readable on a phone and in print, dark where wished.
  static let style = """
    :root{--ink:#1c2430;--soft:#5d6b7e;--line:#dfe4ea;--paper:#fff;--back:#f5f7f9;--link:#0b62b5;
    --good:#12734a;--bad:#b3261e;--busy:#8a5a00}
    @media (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa7b8;--line:#2c3643;
    --paper:#171d26;--back:#10151c;--link:#7db8f5;--good:#5fd39a;--bad:#ff8f86;--busy:#f0bf5a}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--back);color:var(--ink);
    font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
    header{background:var(--paper);border-bottom:1px solid var(--line);padding:.8rem 1.2rem}
    .brand{font-weight:650;font-size:1.1rem;color:var(--ink);text-decoration:none}
    main{max-width:64rem;margin:0 auto;padding:1.2rem}
    h1{font-size:1.5rem;margin:.4rem 0 1rem}h2{font-size:1.05rem;margin:0 0 .6rem}
    section{background:var(--paper);border:1px solid var(--line);border-radius:10px;
    padding:1rem 1.2rem;margin:0 0 1.2rem}
    .scroll{overflow-x:auto}
    table{border-collapse:collapse;width:100%;font-size:.93rem;font-variant-numeric:tabular-nums}
    th{text-align:left;color:var(--soft);font-weight:550;font-size:.82rem}
    th,td{padding:.4rem .9rem .4rem 0;border-bottom:1px solid var(--line);white-space:nowrap}
    tr:last-child td{border-bottom:0}
    a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
    code{font:.88em ui-monospace,"DejaVu Sans Mono",monospace;background:var(--back);
    padding:.1em .35em;border-radius:5px}
    .empty,.note{color:var(--soft);margin:0}
    .badge{font-size:.8rem;font-weight:600}
    .good{color:var(--good)}.bad{color:var(--bad)}.busy{color:var(--busy)}.plain{color:var(--soft)}
    @media print{body{background:#fff}section{break-inside:avoid;border:0;padding:0}header{display:none}}
    """
}
