/// "Did you mean …?"
public enum Suggestion {
  /// The candidate that is so close to `word` that it was probably meant; nil where none is, or where two are as close.
  ///
  /// Close is: at most a third of the word's letters changed, left out, put in or swapped with their neighbour.
  public static func closest(to word: String, in candidates: some Sequence<String>) -> String? {
    let written = Array(word.lowercased().unicodeScalars)
    var best: (distance: Int, candidate: String)?
    var isTied = false
    for candidate in candidates {
      let distance = distance(written, Array(candidate.lowercased().unicodeScalars))
      guard distance <= max(1, max(written.count, candidate.unicodeScalars.count) / 3) else { continue }
      if let current = best, current.distance <= distance {
        isTied = isTied || (current.distance == distance && current.candidate != candidate)
      } else {
        best = (distance, candidate)
        isTied = false
      }
    }
    return isTied ? nil : best?.candidate
  }

  /// The optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours.
  private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in 1...left.count {
      var current = [row]
      for column in 1...right.count {
        let cost = left[row - 1] == right[column - 1] ? 0 : 1
        var value = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + cost)
        if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
          value = min(value, beforeLast[column - 2] + 1)
        }
        current.append(value)
      }
      (beforeLast, last) = (last, current)
    }
    return last[right.count]
  }
}
