import JobProtocol

/// Attempts that run on several nodes.
extension Jobs {
  /// Reads on in the journals of all nodes of an attempt but the first.
  func readOtherNodes(of key: AttemptKey) async {
    guard let nodes = open[key]?.nodes else { return }
    let read = await Self.reading(nodes)
    open[key]?.nodes = read
  }

  @concurrent
  private static func reading(_ nodes: AttemptNodes) async -> AttemptNodes {
    var nodes = nodes
    nodes.readOthers()
    return nodes
  }

  /// News of an attempt's first node with what the others add; nil where nothing is left to record.
  ///
  /// Its end is read again until the last node has ended, which is news as well.
  func joined(_ news: AttemptNews, of key: AttemptKey) -> AttemptNews? {
    guard let attempt = open[key], var nodes = attempt.nodes else { return news }
    nodes.take(news, of: 0)
    open[key]?.nodes = nodes
    var news = news
    if news.usage != nil { news.usage = nodes.usage }
    guard let own = news.end, let endedAtMs = news.endedAtMs else { return news }
    if let end = nodes.end {
      news.end = end
      return news
    }
    let record = JournalFormat.encode(JournalRecord(timeMs: endedAtMs, event: .ended(own)))
    news.end = nil
    news.journalOffset -= Int64(record.count)
    open[key]?.reader = JournalReader(path: attempt.folder.journal, offset: news.journalOffset)
    return news.isWorthKeeping || !news.samples.isEmpty ? news : nil
  }
}
