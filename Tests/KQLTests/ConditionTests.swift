import AlertModel
import KQL
import Testing

/// What conditions mean, by example.
struct ConditionTests {
  struct Example: CustomTestStringConvertible {
    let query: String
    let json: String
    let matches: Bool
    init(_ query: String, _ json: String, _ matches: Bool) {
      (self.query, self.json, self.matches) = (query, json, matches)
    }
    var testDescription: String { "\(query) on \(json)" }
  }

  @Test(arguments: [
    Example("a:1", #"{"a":1}"#, true),
    Example("a:\"1\"", #"{"a":1}"#, true),
    Example("a:1", #"{"a":"1"}"#, true),
    Example("a:1.0", #"{"a":1}"#, true),
    Example("a:1", #"{"a":1.0}"#, true),
    Example("a:100", #"{"a":1e2}"#, true),
    Example("a:0.1", #"{"a":1e-1}"#, true),
    Example("a:1e400", #"{"a":10e399}"#, true),
    Example("a:1e400", #"{"a":1e401}"#, false),
    Example("a:0", #"{"a":-0.0}"#, true),
    Example("a:-5", #"{"a":-5}"#, true),
    Example("a:-5", #"{"a":5}"#, false),
    Example("a:12345678901234567890", #"{"a":12345678901234567891}"#, false),
    Example("a:12345678901234567891", #"{"a":12345678901234567891}"#, true),
    Example("a:0.1000000000000000055511151231257827", #"{"a":0.1}"#, false),
    Example("a:12", #"{"a":"012"}"#, false),
    Example("a:012", #"{"a":"012"}"#, true),
    Example("a:012", #"{"a":12}"#, true),
    Example("a:2", #"{"a":"2.0"}"#, false),
    Example("a > 9", #"{"a":10}"#, true),
    Example("a > 9", #"{"a":"10"}"#, false),
    Example("a >= 12345678901234567891", #"{"a":12345678901234567890}"#, false),
    Example("a < 0.30000000000000001", #"{"a":0.3}"#, true),
    Example("a < -1", #"{"a":-1.5}"#, true),
    Example("a > x", #"{"a":1}"#, false),
  ])
  func `numbers compare exactly, text as text`(example: Example) throws {
    #expect(try Documents.matches(example.query, example.json) == example.matches)
  }

  @Test(arguments: [
    Example("a:Foo", #"{"a":"foo"}"#, false),
    Example("A:foo", #"{"a":"foo"}"#, false),
    Example("a:foo", #"{"a":"foo bar"}"#, false),
    Example("a:foo bar", #"{"a":"foo bar"}"#, true),
    Example("a:\"x\\ny\"", #"{"a":"x\ny"}"#, true),
    Example("a:é", #"{"a":"\u00e9"}"#, true),
    Example("a:\\uD83D\\uDE00", #"{"a":"😀"}"#, true),
    Example("a:true", #"{"a":true}"#, true),
    Example("a:\"true\"", #"{"a":true}"#, true),
    Example("a:true", #"{"a":"true"}"#, true),
    Example("a:TRUE", #"{"a":true}"#, false),
    Example("a:null", #"{"a":null}"#, false),
    Example("a:null", #"{"a":"null"}"#, false),
    Example("not a:null", #"{"a":null}"#, true),
    Example("a:\"\"", #"{"a":""}"#, true),
    Example("a:f*o", #"{"a":"f\no"}"#, true),
    Example("a:F*", #"{"a":"foo"}"#, false),
    Example("a:\"f*\"", #"{"a":"foo"}"#, false),
    Example("a:f\\*", #"{"a":"f*"}"#, true),
    Example("a:f\\*", #"{"a":"foo"}"#, false),
    Example("a:f?o", #"{"a":"foo"}"#, false),
    Example("a:ab*ab", #"{"a":"ab"}"#, false),
    Example("a:*b*b*", #"{"a":"ab"}"#, false),
    Example("a:1*", #"{"a":12}"#, true),
    Example("a:**", #"{"a":{"b":1}}"#, false),
    Example("a.keyword:foo", #"{"a":"foo"}"#, true), Example("a.text:foo", #"{"a":{"text":"foo"}}"#, true),
    Example("a.text:foo", #"{"a.text":"foo","a":"bar"}"#, true), Example("not a.text:b", #"{"a":{"text":"b"}}"#, false),
    Example("a:*", #"{"\u0061.b":1}"#, true), Example("a:*", #"{"a\u002eb":1}"#, true),
    Example("n:{a.keyword:foo}", #"{"n":[{"a":{"keyword":"foo"}}]}"#, true),
    Example("a.text:foo", #"{"a":"foo"}"#, true),
    Example("user.keyword.keyword:x", #"{"user":{"keyword":"x"}}"#, true),
  ])
  func `values are keywords, with wildcards outside quotation marks`(example: Example) throws {
    #expect(try Documents.matches(example.query, example.json) == example.matches)
  }

  @Test(arguments: [
    Example("a:1", #"{"a":[2,1]}"#, true),
    Example("a:(1 and 2)", #"{"a":[1,2]}"#, true),
    Example("not a:1", #"{"a":[1,2]}"#, false),
    Example("not a:1", "{}", true),
    Example("a:(not 1)", "{}", true),
    Example("a.b:1", #"{"a":[{"b":2},{"b":[3,1]}]}"#, true),
    Example("a.b:1 and a.c:2", #"{"a":[{"b":1},{"c":2}]}"#, true),
    Example("a:{b:1 and c:2}", #"{"a":[{"b":1},{"c":2}]}"#, false),
    Example("a:{b:1 and c:2}", #"{"a":[{"b":0},{"b":1,"c":[2]}]}"#, true),
    Example("a:{not b:1}", #"{"a":[1,"x"]}"#, false),
    Example("a:{b:{c:1 and d:2}}", #"{"a":{"b":[{"c":1},{"c":1,"d":2}]}}"#, true),
    Example("a:{b*:1}", #"{"a":{"bx":1}}"#, true),
    Example("a:{x}", #"{"a":{"b":"x"}}"#, true),
    Example("a:{b.c:1}", #"{"a":{"b.c":1}}"#, true),
    Example("a:*", #"{"a":null}"#, false),
    Example("a:*", #"{"a":[]}"#, false),
    Example("a:*", #"{"a":[null]}"#, false),
    Example("a:*", #"{"a":""}"#, true),
    Example("a:*", #"{"a":false}"#, true),
    Example("a:*", #"{"a":{}}"#, false),
    Example("a:*", #"{"a":{"b":[null,{"c":{}}]}}"#, false),
    Example("a:*", #"{"a":{"n\"ull":null,"b":{"c":0}}}"#, true),
    Example("a:*", #"{"a.b":"x"}"#, true),
    Example("a.b:*", #"{"a":{"b.c":"x"}}"#, true),
    Example("a:*", #"{"ab":"x"}"#, false),
    Example("a.b:*", #"{"a.b.c":null}"#, false),
  ])
  func `arrays, objects and what is missing`(example: Example) throws {
    #expect(try Documents.matches(example.query, example.json) == example.matches)
  }

  @Test(arguments: [
    Example("x", #"{"a":{"b":["y","x"]}}"#, true),
    Example("x*", #"{"a":"yx"}"#, false),
    Example("*", "{}", true),
    Example("*:*", "{}", true),
    Example("", "{}", true),
    Example("not *", "{}", false),
    Example("*:x", #"{"a":"x"}"#, true),
    Example("a.*:x", #"{"a":{"b":"x"}}"#, true),
    Example("a.*:x", #"{"b":{"b":"x"}}"#, false),
    Example("a.*:*", #"{"a":{"b":null}}"#, false),
    Example("a.*.keyword:x", #"{"a":{"b":"x"}}"#, true),
    Example("a*:(x or y)", #"{"ab":"y"}"#, true),
    Example("*c > 3", #"{"abc":4}"#, true),
    Example("null", #"{"a":"null"}"#, true),
    Example("\"a*\":x", #"{"ab":"x"}"#, false),
  ])
  func `free text and names with wildcards`(example: Example) throws {
    #expect(try Documents.matches(example.query, example.json) == example.matches)
  }

  @Test(arguments: [
    Example("a:10.0.0.0/8", #"{"a":"10.1.2.3"}"#, true),
    Example("a:10.0.0.0/8", #"{"a":"11.1.2.3"}"#, false),
    Example("a:\"10.0.0.0/8\"", #"{"a":["x","10.1.2.3"]}"#, true),
    Example("a:10.0.0.0/8", #"{"a":"10.0.0.0/8"}"#, true),
    Example("a:0.0.0.0/0", #"{"a":"::1"}"#, false),
    Example("a:\"2001:db8::/32\"", #"{"a":"2001:DB8:0:0::5"}"#, true),
    Example("a:\"2001:db8::1\"", #"{"a":"2001:0db8:0000::0001"}"#, true),
    Example("a:\"::ffff:10.1.2.3\"", #"{"a":"10.1.2.3"}"#, true),
    Example("a:\"::/0\"", #"{"a":"10.1.2.3"}"#, true),
    Example("a:10.1.2.3", #"{"a":"10.1.2.30"}"#, false),
    Example("a:10.1.2.3/33", #"{"a":"10.1.2.3"}"#, false),
    Example("a:10.1.2.3", #"{"a":"010.1.2.3"}"#, false),
    Example("a >= 10.0.0.9 and a < 10.0.0.20", #"{"a":"10.0.0.10"}"#, true),
    Example("a > 9.0.0.0", #"{"a":"10.0.0.10"}"#, true),
    Example("a <= \"2001:db8::ff\"", #"{"a":"2001:db8:0::fe"}"#, true),
  ])
  func `addresses and networks`(example: Example) throws {
    #expect(try Documents.matches(example.query, example.json) == example.matches)
  }

  /// Now is 2026-11-21T12:00:00Z, a Saturday.
  @Test(arguments: [
    Example("t <= 2018-03-28", #"{"t":"2018-03-28T20:30:00Z"}"#, true),
    Example("t < 2018-03-28", #"{"t":"2018-03-28T20:30:00Z"}"#, false),
    Example("t > 2018-03-28", #"{"t":"2018-03-28T20:30:00Z"}"#, false),
    Example("t >= 2018-03-28", #"{"t":"2018-03-28"}"#, true),
    Example("t : 2018-03-28", #"{"t":"2018-03-28T20:30:00Z"}"#, true),
    Example("t : 2018-03-28", #"{"t":"2018-03-29T00:30:00+02:00"}"#, true),
    Example("t : \"2018-03-28T20:30\"", #"{"t":"2018-03-28T20:30:59.9Z"}"#, true),
    Example("t : \"2018-03-28T20:30:00Z\"", #"{"t":"2018-03-28T22:30:00.000+02:00"}"#, true),
    Example("t <= 2018", #"{"t":"2018-01-01T20:00:00Z"}"#, true),
    Example("t <= 2018", #"{"t":"2018-01-02T20:00:00Z"}"#, false),
    Example("t > now-1d", #"{"t":"2026-11-20T12:00:01Z"}"#, true),
    Example("t > now-1d", #"{"t":"2026-11-20T12:00:00Z"}"#, false),
    Example("t >= now-1d/d", #"{"t":"2026-11-20T00:00:00Z"}"#, true),
    Example("t < now/w", #"{"t":"2026-11-15T23:59:59Z"}"#, true),
    Example("t < now/w", #"{"t":"2026-11-16T00:00:00Z"}"#, false),
    Example("t <= now/w", #"{"t":"2026-11-22T23:59:59.999Z"}"#, true),
    Example("t >= now-10m", #"{"t":1795261800000}"#, true),
    Example("t >= now-10m", #"{"t":1795261799}"#, false),
    // Since 1970, also as text, and on either side.
    Example("t < 2026-01-01", #"{"t":1732240000000}"#, true),
    Example("t >= 2026-01-01", #"{"t":"1795261800000"}"#, true),
    Example("t < now-1d", #"{"t":"\u0031795261800000"}"#, false),
    Example("t > 1732240000000", #"{"t":"2024-11-22T01:46:40.001Z"}"#, true),
    Example("t > 1732240000000", #"{"t":"2024-11-22T01:46:40Z"}"#, false),
    Example("t <= 1732240000", #"{"t":"2024-11-22T01:46:40Z"}"#, true),
    Example("t <= 1732240000", #"{"t":"2024-11-22T01:46:41Z"}"#, false),
    Example("t > 999999999999", #"{"t":1732240000}"#, false),
    Example("t > 2024", #"{"t":"2025"}"#, true),
    Example("t > 10", #"{"t":"9"}"#, true),
    Example("t < \"2020-01-31||+1M/d\"", #"{"t":"2020-02-28T23:59:59Z"}"#, true),
    Example("t < \"2020-01-31||+1M/d\"", #"{"t":"2020-02-29T00:00:00Z"}"#, false),
    Example("t < \"2020-01-31||+1M+1y\"", #"{"t":"2021-02-27T23:59:59Z"}"#, true),
    Example("t > now-99999999y", #"{"t":"2026-11-20T00:00:00Z"}"#, true),
    Example("t > nowhere", #"{"t":"o"}"#, true),
    Example("t > 2018-03-28", #"{"t":"x"}"#, true),
    Example("a < baz", #"{"a":"bar"}"#, true),
    Example("a >= \"a b\"", #"{"a":"a b"}"#, true),
    Example("a < B", #"{"a":"a"}"#, false),
  ])
  func `dates round, and other text compares by its bytes`(example: Example) throws {
    #expect(try Documents.matches(example.query, example.json) == example.matches)
  }

  @Test(arguments: [
    ("severity:high", [Severity.high]), ("severity >= high", [.high, .critical]), ("severity > high", [.critical]),
    ("severity < low", [.informational]), ("severity <= low", [.informational, .low]),
    ("severity:(low or critical)", [.low, .critical]),
    ("not severity:high", [.informational, .low, .medium, .critical]),
    ("severity:\"medium\"", [.medium]), ("severity:*", Severity.allCases),
    ("severity:*i*", [.informational, .medium, .high, .critical]),
    ("severity.keyword:low", [.low]), ("event.severity:high", []),
  ])
  func `severity is ordered, whatever the document says`(query: String, accepted: [Severity]) throws {
    for severity in Severity.allCases {
      #expect(try Documents.matches(query, #"{"severity":"high"}"#, severity: severity) == accepted.contains(severity))
    }
  }

  @Test(arguments: ["w/d", "y/y", "M/M", "d/w", "y/w", "h/h", "s/s"])
  func `date math beyond all times ends at the last of them`(steps: String) throws {
    let document = #"{"@timestamp":"2026-01-01T00:00:00Z"}"#
    #expect(try Documents.matches("@timestamp >= now-999999999\(steps)", document))
    #expect(try Documents.matches("@timestamp > now-999999999\(steps)", document))
    #expect(try Documents.matches("@timestamp <= now+999999999\(steps)", document))
    #expect(try Documents.matches("@timestamp < now+999999999\(steps)", document))
  }

  @Test(arguments: [
    Example("a:{{b}}", #"{"a":"x","b":"x"}"#, true),
    Example("a:{{b}}", #"{"a":"x","b":"y"}"#, false),
    Example("a: {{ b.c }}", #"{"a":["y","x"],"b":[{"c":"z"},{"c":"x"}]}"#, true),
    Example("not a:{{b}}", #"{"a":"x","b":"y"}"#, true),
    Example("a:{{b}}", #"{"a":"x"}"#, false),
    Example("a:{{b}}", #"{"b":"x"}"#, false),
    Example("a:{{b}}", #"{"a":2,"b":"2.0"}"#, true),
    Example("a:{{b}}", #"{"a":"x*","b":"x*"}"#, true),
    Example("a:{{b}}", #"{"a":"xy","b":"x*"}"#, false),
    Example("a:*{{b}}*", #"{"a":"arn:aws:iam::1:user/bob","b":"bob"}"#, true),
    Example("a:*{{b}}*", #"{"a":"arn:aws:iam::1:user/bob","b":"alice"}"#, false),
    Example("a:*{{b}}*", #"{"a":"arn:aws:iam::1:user/bob","b":""}"#, false),
    Example("a:arn\\:*\\:user/{{b}}", #"{"a":"arn:aws:iam::1:user/bob","b":"bob"}"#, true),
    Example("a:arn\\:*\\:user/{{b}}", #"{"a":"arn:aws:iam::1:user/bobby","b":"bob"}"#, false),
    Example("a:(x or {{b}})", #"{"a":"y","b":"y"}"#, true),
    Example("a > {{b}}", #"{"a":10,"b":9}"#, true),
    // Networks and date math are the query's, never the alert's.
    Example("a:{{b}}", #"{"a":"10.0.0.1","b":"0.0.0.0/0"}"#, false),
    Example("a:{{b}}/24", #"{"a":"10.0.0.1","b":"10.0.0.200"}"#, true),
    Example("a >= {{b}}", #"{"a":"2026-01-01T00:00:00Z","b":"now-99999999w/d"}"#, false),
    Example("a >= {{b}}", #"{"a":"2026-01-01T00:00:00Z","b":"2026-01-01||-9y"}"#, false),
    Example("a > {{b}}", #"{"a":"2026-01-01T00:00:00Z","b":"2025-12-31T23:59:59Z"}"#, true),
    Example("a:{b:{{c}}}", #"{"a":[{"b":1,"c":2},{"b":3,"c":3}],"c":1}"#, true),
    Example("a:{b:{{c}}}", #"{"a":[{"b":1,"c":2}],"c":1}"#, false),
    Example("a:\"{{b}}\"", #"{"a":"x","b":"x"}"#, false),
    Example(
      "userIdentity.arn.keyword:*responseElements.accessKey.userName*",
      #"{"userIdentity":{"arn":"arn/bob"},"responseElements":{"accessKey":{"userName":"bob"}}}"#, false),
    Example(
      "not userIdentity.arn:*{{responseElements.accessKey.userName}}*",
      #"{"userIdentity":{"arn":"arn/bob"},"responseElements":{"accessKey":{"userName":"bob"}}}"#, false),
  ])
  func `two fields of one alert compare`(example: Example) throws {
    #expect(try Documents.matches(example.query, example.json) == example.matches)
  }

  @Test func `fields that enrichers added are fields`() throws {
    let added = [AddedField("cloud.account.name", text: "prod"), AddedField("_index", text: "cloudwatch-1")]
    #expect(try Documents.matches("cloud.account.name:prod", "{}", added: added))
    #expect(try Documents.matches("cloud.account:*", "{}", added: added))
    #expect(try Documents.matches("_index:cloudwatch*", "{}", added: added))
    #expect(try Documents.matches("prod", "{}", added: added))
  }

  @Test func `a long list of values is one look-up`() throws {
    let list = (0..<2000).map { "arn\\:aws\\:iam\\:\\:\($0)\\:role/x" }.joined(separator: " or ")
    #expect(try Documents.matches("a:(\(list))", #"{"a":["arn:aws:iam::1999:role/x"]}"#))
    #expect(try !Documents.matches("a:(\(list))", #"{"a":"arn:aws:iam::2000:role/x"}"#))
    #expect(try Documents.matches("a:(\(list) or 7 or b*)", #"{"a":7.0}"#))
    #expect(try Documents.matches("a:(\(list) or 7 or b*)", #"{"a":"bob"}"#))
  }

  @Test func `a wildcard takes linear time`() throws {
    let text = String(repeating: "a", count: 200_000)
    let query = "a:*" + String(repeating: "a", count: 1000) + "b*" + String(repeating: "*a", count: 500) + "c"
    #expect(try !Documents.matches(query, #"{"a":"\#(text)"}"#))
  }

  @Test func `the time is asked for only where it matters`() throws {
    func asked(_ query: String) throws -> Bool {
      var asked = false
      let condition = try Condition(query, vocabulary: Documents.vocabulary)
      _ = try Documents.withAlert(#"{"a":"x"}"#) { alert in
        condition.matches(
          alert,
          now: {
            asked = true; return Documents.now
          }())
      }
      return asked
    }
    #expect(try !asked("a:x and b > 2018-03-28"))
    #expect(try asked("a:x and b > now-1d"))
  }

  @Test(arguments: [
    ("a:x and b:(y or z) and not c:1 and d > 3", "a=x b=y,z"),
    ("(a:x or a:y) and severity:high", "a=x,y"),
    ("a:x or b:y", ""), ("a:5", ""), ("a:10.0.0.1", ""), ("a:true and b:*", "a=true"), ("a.keyword:\"x y\"", ""),
    ("a:x* and n:{b:c}", ""), ("a:x", "a=x"), ("x", ""), ("*a:x", ""),
  ])
  func `required terms are those that every match has`(query: String, expected: String) throws {
    let terms = try Condition(query, vocabulary: Documents.vocabulary).requiredTerms
    #expect(terms.map { "\($0.field)=\($0.values.joined(separator: ","))" }.joined(separator: " ") == expected)
  }
}
