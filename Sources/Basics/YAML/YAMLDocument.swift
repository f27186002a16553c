import CYaml

/// A YAML text of one document, with the line and column of each of its nodes.
public enum YAMLDocument {
  /// Most bytes of a text.
  public static let byteLimit = 4 << 20

  /// Reads `text`.
  ///
  /// Aliases are laid out in place, within a bound; keys must be scalars and unique.
  ///
  /// - Parameters:
  ///   - text: the whole text.
  ///   - file: the name for errors, as the person gave it.
  /// - Throws: for wrong syntax, repeated keys, several documents, and texts that are too large.
  public static func parse(_ text: String, file: String) throws(YAMLError) -> YAMLNode {
    guard text.utf8.count <= byteLimit else {
      throw YAMLError(
        .yamlTooLarge, file: file, line: 1, column: 1,
        problem: "the text has more than \(byteLimit >> 20) MiB")
    }
    // The parser keeps a pointer to the bytes: they live until the closure ends.
    let result = Array(text.utf8).withUnsafeBufferPointer { bytes -> Result<YAMLNode, YAMLError> in
      let composer = YAMLComposer(bytes, file: file)
      do throws(YAMLError) { return .success(try composer.document()) } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}

/// Builds nodes from the events of libyaml.
final class YAMLComposer {
  private let file: String
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private var anchors: [String: YAMLNode] = [:]
  /// Sizes of anchored nodes, so that an alias is counted without walking it.
  private var anchorSizes: [String: Int] = [:]
  private var nodeCount = 0

  private static let nodeLimit = 200_000
  private static let depthLimit = 64

  init(_ bytes: UnsafeBufferPointer<UInt8>, file: String) {
    self.file = file
    parser = .allocate(capacity: 1)
    yaml_parser_initialize(parser)
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  /// The one document; an empty text is an empty scalar.
  func document() throws(YAMLError) -> YAMLNode {
    _ = try next()  // the start of the stream
    guard try next().kind != YAML_STREAM_END_EVENT else {
      return YAMLNode(content: .scalar("", isQuoted: false), line: 1, column: 1, file: file)
    }
    let root = try node(from: next(), depth: 0)
    _ = try next()  // the end of the document
    let last = try next()
    guard last.kind == YAML_STREAM_END_EVENT else {
      throw last.error(.yamlSyntax, "a second document starts here; expected one", file: file)
    }
    return root
  }

  private func node(from event: YAMLEvent, depth: Int) throws(YAMLError) -> YAMLNode {
    guard depth <= Self.depthLimit else {
      throw event.error(
        .yamlTooLarge, "nested deeper than \(Self.depthLimit) levels", file: file)
    }
    let before = nodeCount
    nodeCount += 1
    let content: YAMLNode.Content
    switch event.kind {
    case YAML_ALIAS_EVENT: return try alias(event)
    case YAML_SCALAR_EVENT: content = .scalar(event.text, isQuoted: event.isQuoted)
    case YAML_SEQUENCE_START_EVENT:
      var elements: [YAMLNode] = []
      while true {
        let event = try next()
        if event.kind == YAML_SEQUENCE_END_EVENT { break }
        elements.append(try node(from: event, depth: depth + 1))
      }
      content = .list(elements)
    case YAML_MAPPING_START_EVENT: content = .mapping(try entries(depth: depth))
    default: throw event.error(.yamlSyntax, "expected a value", file: file)
    }
    try checkSize(event)
    let node = YAMLNode(content: content, line: event.line, column: event.column, file: file)
    if let anchor = event.anchor {
      anchors[anchor] = node
      anchorSizes[anchor] = nodeCount - before
    }
    return node
  }

  private func entries(depth: Int) throws(YAMLError) -> [YAMLEntry] {
    var entries: [YAMLEntry] = []
    var lines: [String: Int] = [:]
    while true {
      let event = try next()
      if event.kind == YAML_MAPPING_END_EVENT { return entries }
      let keyNode = try node(from: event, depth: depth + 1)
      guard case .scalar(let key, _) = keyNode.content else {
        throw event.error(.yamlSyntax, "expected a text as key", file: file)
      }
      if let first = lines.updateValue(keyNode.line, forKey: key) {
        throw event.error(
          .yamlDuplicateKey, "the key \(visible(key)) stands here again, first in line \(first)",
          hint: "keep one of the two", file: file)
      }
      let value = try node(from: next(), depth: depth + 1)
      entries.append(YAMLEntry(key: key, keyNode: keyNode, value: value))
    }
  }

  private func alias(_ event: YAMLEvent) throws(YAMLError) -> YAMLNode {
    let name = event.anchor ?? ""
    guard let node = anchors[name] else {
      throw event.error(
        .yamlSyntax, "the alias *\(name) has no anchor &\(name) before it",
        hint: nearestWord(to: name, among: anchors.keys.sorted()).map { "did you mean *\($0)?" }
          ?? "write a text that starts with * in quotes", file: file)
    }
    nodeCount += anchorSizes[name] ?? 0
    try checkSize(event)
    return node
  }

  private func checkSize(_ event: YAMLEvent) throws(YAMLError) {
    guard nodeCount <= Self.nodeLimit else {
      throw event.error(
        .yamlTooLarge, "more than \(Self.nodeLimit) values, aliases laid out", file: file)
    }
  }

  private func next() throws(YAMLError) -> YAMLEvent {
    var raw = yaml_event_t()
    guard yaml_parser_parse(parser, &raw) == 1 else { throw syntaxError() }
    defer { yaml_event_delete(&raw) }
    return YAMLEvent(raw)
  }

  private func syntaxError() -> YAMLError {
    let raw = parser.pointee
    let problem = raw.problem.map { String(cString: $0) } ?? "not valid YAML"
    if raw.error == YAML_READER_ERROR {
      return YAMLError(
        .yamlSyntax, file: file, line: Int(raw.mark.line) + 1, column: Int(raw.mark.column) + 1,
        problem: "the text has a character that YAML does not allow (\(problem))",
        hint: "save the file as UTF-8")
    }
    let (words, hint) = YAMLSyntaxWords.explain(problem)
    var message = words
    if let context = raw.context, raw.context_mark.line != raw.problem_mark.line {
      let place = String(cString: context).replacing("while ", with: "")
      message += " (\(place), which starts in line \(raw.context_mark.line + 1))"
    }
    return YAMLError(
      .yamlSyntax, file: file, line: Int(raw.problem_mark.line) + 1,
      column: Int(raw.problem_mark.column) + 1, problem: message, hint: hint)
  }
}

/// One event of libyaml, copied out of its memory.
struct YAMLEvent {
  let kind: yaml_event_type_t
  let line: Int
  let column: Int
  var anchor: String?
  var text = ""
  var isQuoted = false

  init(_ raw: yaml_event_t) {
    kind = raw.type
    line = Int(raw.start_mark.line) + 1
    column = Int(raw.start_mark.column) + 1
    switch raw.type {
    case YAML_ALIAS_EVENT: anchor = Self.text(raw.data.alias.anchor)
    case YAML_SEQUENCE_START_EVENT: anchor = Self.text(raw.data.sequence_start.anchor)
    case YAML_MAPPING_START_EVENT: anchor = Self.text(raw.data.mapping_start.anchor)
    case YAML_SCALAR_EVENT:
      let scalar = raw.data.scalar
      anchor = Self.text(scalar.anchor)
      text = String(
        decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      let tag = Self.text(scalar.tag)
      isQuoted =
        tag == "tag:yaml.org,2002:str" || tag == "!"
        || (tag == nil && scalar.style != YAML_PLAIN_SCALAR_STYLE)
    default: break
    }
  }

  func error(
    _ code: YAMLError.Code, _ problem: String, hint: String? = nil, file: String
  ) -> YAMLError {
    YAMLError(code, file: file, line: line, column: column, problem: problem, hint: hint)
  }

  private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    pointer.map { String(cString: $0) }
  }
}
