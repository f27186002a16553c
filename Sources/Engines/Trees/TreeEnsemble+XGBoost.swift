import Glibc

extension TreeEnsemble {
  /// The trees of an XGBoost model in UBJSON; nil where they are of a kind that only the engine
  /// evaluates (DART, linear boosters, vector leaves, an objective unknown here).
  init?(xgboost bytes: [UInt8]) {
    guard let learner = UBJSONReader.read(bytes)?["learner"],
      let parameters = learner["learner_model_param"],
      let booster = learner["gradient_booster"], booster["name"]?.text == "gbtree",
      let trees = booster["model"]?["trees"]?.elements,
      let outputs = booster["model"]?["tree_info"]?.wholeNumbers, outputs.count == trees.count,
      let featureCount = parameters["num_feature"]?.text.flatMap({ Int($0) }),
      let objective = learner["objective"]?["name"]?.text,
      let link = Self.link(of: objective),
      let scores = parameters["base_score"]?.text.flatMap(Self.numbers(in:))
    else { return nil }
    let classCount = parameters["num_class"]?.text.flatMap { Int($0) } ?? 0
    let targetCount = parameters["num_target"]?.text.flatMap { Int($0) } ?? 1
    let outputCount = max(classCount, targetCount, 1)
    guard scores.count == 1 || scores.count == outputCount,
      outputs.allSatisfy({ (0..<outputCount).contains($0) })
    else { return nil }
    let margins = scores.map { Self.margin(ofBaseScore: $0, link) }
    baseMargins =
      margins.count == outputCount
      ? margins : Array(repeating: margins[0], count: outputCount)
    self.featureCount = featureCount
    self.link = link
    self.outputs = outputs.map(Int32.init)
    for tree in trees {
      guard add(tree) else { return nil }
    }
  }

  private static func link(of objective: String) -> Link? {
    switch objective {
    case "reg:squarederror", "reg:absoluteerror", "reg:pseudohubererror", "reg:quantileerror",
      "binary:logitraw":
      .identity
    case "count:poisson", "reg:gamma", "reg:tweedie": .exponential
    case "binary:logistic", "reg:logistic": .logistic
    case "multi:softprob", "multi:softmax": .softmax
    default: nil
    }
  }

  /// `[5E-1]` or `5E-1`.
  private static func numbers(in text: String) -> [Float]? {
    let parts = text.drop { $0 == "[" }.prefix { $0 != "]" }.split(separator: ",")
    let numbers = parts.compactMap { Float($0) }
    return numbers.count == parts.count && !numbers.isEmpty ? numbers : nil
  }

  private static func margin(ofBaseScore score: Float, _ link: Link) -> Float {
    switch link {
    case .identity, .softmax: score
    case .exponential: log(score)
    case .logistic: -log(1 / score - 1)
    }
  }

  /// Appends a tree, its nodes laid out anew so that the children of a split lie side by side.
  private mutating func add(_ tree: UBJSON) -> Bool {
    guard let left = tree["left_children"]?.wholeNumbers,
      let right = tree["right_children"]?.wholeNumbers,
      let features = tree["split_indices"]?.wholeNumbers,
      let values = tree["split_conditions"]?.realNumbers,
      let defaultsLeft = tree["default_left"]?.wholeNumbers,
      let types = tree["split_type"]?.wholeNumbers,
      let categories = Categories(tree), !left.isEmpty,
      [right.count, features.count, values.count, defaultsLeft.count, types.count]
        .allSatisfy({ $0 == left.count })
    else { return false }
    let start = nodes.count
    roots.append(UInt32(start))
    nodes.append(Node(value: 0, feature: 0, left: 0))
    // Pairs of the node in the file and its place here.
    var waiting = [(source: 0, place: start)]
    while let (source, place) = waiting.popLast() {
      guard left[source] >= 0 else {
        nodes[place] = Node(value: values[source], feature: 0, left: 0)
        continue
      }
      guard left.indices.contains(left[source]), left.indices.contains(right[source]),
        (0..<featureCount).contains(features[source]), nodes.count - start < left.count
      else { return false }
      var node = Node(
        value: values[source], feature: UInt32(features[source]), left: UInt32(nodes.count))
      if defaultsLeft[source] != 0 { node.feature |= Node.defaultsLeft }
      if types[source] == 1 {
        node.feature |= Node.isCategory
        node.value = Float(bitPattern: UInt32(sets.count))
        sets.append(add(categories.ofNode[source] ?? []))
      }
      nodes[place] = node
      waiting.append((right[source], nodes.count + 1))
      waiting.append((left[source], nodes.count))
      nodes.append(Node(value: 0, feature: 0, left: 0))
      nodes.append(Node(value: 0, feature: 0, left: 0))
    }
    return true
  }

  private mutating func add(_ categories: ArraySlice<Int>) -> CategorySet {
    let count = (categories.max() ?? -1) + 1
    let set = CategorySet(start: words.count, count: count)
    words += Array(repeating: 0, count: (count + 31) / 32)
    for category in categories where category >= 0 {
      words[set.start + category / 32] |= 1 << UInt32(31 - category % 32)
    }
    return set
  }

  /// The categories that go right at each split by category.
  private struct Categories {
    var ofNode: [Int: ArraySlice<Int>] = [:]

    init?(_ tree: UBJSON) {
      guard let all = tree["categories"]?.wholeNumbers,
        let nodes = tree["categories_nodes"]?.wholeNumbers,
        let starts = tree["categories_segments"]?.wholeNumbers,
        let counts = tree["categories_sizes"]?.wholeNumbers,
        nodes.count == starts.count, nodes.count == counts.count
      else { return nil }
      for place in nodes.indices {
        let (start, count) = (starts[place], counts[place])
        guard start >= 0, count >= 0, start + count <= all.count else { return nil }
        ofNode[nodes[place]] = all[start..<start + count]
      }
    }
  }
}
