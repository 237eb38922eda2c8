/// Rule files for tests.
enum RuleText {
  static func query(_ query: String, id: String = "r-1", type: String = "query", more: String = "") -> String {
    """
    [rule]
    rule_id = "\(id)"
    name = "\(id)"
    type = "\(type)"
    language = "kuery"
    severity = "high"
    risk_score = 73
    query = '''
    \(query)
    '''
    \(more)
    """
  }
}
