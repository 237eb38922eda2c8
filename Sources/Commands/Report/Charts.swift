internal import AlertModel

/// Horizontal bars, each made of parts.
struct BarChart {
  struct Row {
    let name: String
    let parts: [Int]
  }

  let rows: [Row]
  /// The style of each part.
  let classes: [String]

  private static let width = 920.0
  private static let names = 320.0
  private static let counts = 80.0
  private static let rowHeight = 26.0
  /// Letters that fit before a bar.
  private static let nameLength = 44

  /// The chart as an SVG element.
  var svg: String {
    let most = rows.map { $0.parts.reduce(0, +) }.max() ?? 0
    let room = Self.width - Self.names - Self.counts
    let height = Int(Double(rows.count) * Self.rowHeight)
    let bars = rows.enumerated().map { index, row in
      let top = Double(index) * Self.rowHeight
      let total = row.parts.reduce(0, +)
      var left = Self.names
      var line = "<g><title>\(HTML.escaped(row.name)): \(total)</title>"
      line += "<text x=\"\(Int(Self.names) - 10)\" y=\"\(top + 17)\" text-anchor=\"end\">\(label(row.name))</text>"
      for (part, name) in zip(row.parts, classes) where part > 0 {
        let width = max(1, Double(part) / Double(max(1, most)) * room)
        line += "<rect class=\"\(name)\" x=\"\(left.short)\" y=\"\(top + 4)\" width=\"\(width.short)\" height=\"18\"/>"
        left += width
      }
      return line + "<text x=\"\((left + 8).short)\" y=\"\(top + 17)\">\(total)</text></g>"
    }
    return "<svg viewBox=\"0 0 \(Int(Self.width)) \(height)\" role=\"img\">\(bars.joined())</svg>"
  }

  private func label(_ name: String) -> String {
    HTML.escaped(name.count > Self.nameLength ? name.prefix(Self.nameLength - 1) + "…" : name)
  }
}

/// A column for each day, by severity, the last two months at the most.
struct DayChart {
  private let days: [Int64: [Int]]
  private let range: ClosedRange<Int64>
  private let height: Double
  private let width = 920.0

  private static let mostDays: Int64 = 62
  /// Room for the greatest number on the left and dates below.
  private static let left = 48.0
  private static let bottom = 20.0

  /// - Parameters:
  ///   - days: by the number of the day since 1970: counts by severity.
  ///   - all: the days that the chart spans, so that charts can be compared.
  ///   - end: the last day that it may show, whatever times alerts give.
  init(_ days: [Int64: [Int]], within all: [Int64: [Int]], until end: Int64, height: Double) {
    let last = min(all.keys.max() ?? 0, end)
    let first = max(all.keys.min() ?? last, last - Self.mostDays + 1)
    // A few days look like days, not like walls.
    range = min(first, last - 13)...last
    self.days = days
    self.height = height
  }

  /// The chart as an SVG element.
  var svg: String {
    let shown = days.filter { range.contains($0.key) }
    let most = Double(shown.values.map { $0.reduce(0, +) }.max() ?? 1)
    let step = (width - Self.left) / Double(range.count)
    let room = height - Self.bottom - 8
    var columns = ""
    for (day, counts) in shown.sorted(by: { $0.key < $1.key }) {
      let left = Self.left + Double(day - range.lowerBound) * step
      columns += "<g><title>\(Self.date(day)): \(counts.reduce(0, +))</title>"
      var top = height - Self.bottom
      for (severity, count) in counts.enumerated() where count > 0 {
        let tall = max(0.5, Double(count) / most * room)
        top -= tall
        columns += "<rect class=\"s\(severity)\" x=\"\(left.short)\" y=\"\(top.short)\" "
        columns += "width=\"\(max(1, step - 2).short)\" height=\"\(tall.short)\"/>"
      }
      columns += "</g>"
    }
    let base = height - Self.bottom
    let axis = "<line x1=\"\(Self.left)\" x2=\"\(width)\" y1=\"\(base)\" y2=\"\(base)\"/>"
    let texts = [
      "<text x=\"\(Self.left - 8)\" y=\"18\" text-anchor=\"end\">\(Int(most))</text>",
      "<text x=\"\(Self.left - 8)\" y=\"\(base)\" text-anchor=\"end\">0</text>",
      "<text x=\"\(Self.left)\" y=\"\(height - 4)\">\(Self.date(range.lowerBound))</text>",
      "<text x=\"\(width)\" y=\"\(height - 4)\" text-anchor=\"end\">\(Self.date(range.upperBound))</text>",
    ]
    return "<svg viewBox=\"0 0 \(Int(width)) \(Int(height))\" role=\"img\">\(columns)\(axis)\(texts.joined())</svg>"
  }

  private static func date(_ day: Int64) -> String {
    String(Timestamp(seconds: day * 86_400).rfc3339.prefix(10))
  }
}

extension Double {
  /// With one decimal.
  fileprivate var short: String { "\((self * 10).rounded() / 10)" }
}
