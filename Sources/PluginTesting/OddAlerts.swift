/// Documents as no detector should send them, but as one will one day: every output and enricher must bear them.
public enum OddAlerts {
  /// JSON objects, one each.
  public static let documents: [String] = [
    "{}",
    #"{"":""}"#,
    #"{"rule":null,"severity":null,"@timestamp":null,"user":null}"#,
    #"{"rule":[],"user":{},"cloud":{"account":[]},"source":{"ip":[]}}"#,
    #"{"rule":17,"user":true,"cloud":"x","source":[1,2],"@timestamp":1,"message":{"a":1}}"#,
    #"{"rule":{"name":["a","b"],"id":{"x":1}},"user":{"name":1e400},"message":["m",null,2]}"#,
    #"{"rule":{"name":""},"user":{"name":" "},"message":"\u0000\u001b[2J\u0007\r\n\t\u007f"}"#,
    #"{"rule":{"name":"\ud800 lone"},"user":{"name":"\udc00"},"message":"\u202eevil\u2028line\u2029"}"#,
    #"{"rule":{"name":"first"},"rule":{"name":"second"},"user":{"name":"a","name":"b"}}"#,
    #"{"rule.name":"dotted","rule":{"name":"nested"},"user.name":["x","y"],"cloud.account.id":"012345678901"}"#,
    #"{"message":"<!channel> @here @all <http://evil.example|click> *b* `c` &amp; ```x``` [t](http://e.example)"}"#,
    #"{"message":"{{secret}} ${HOME} %s %n $(id) '; DROP TABLE alerts; --"}"#,
    #"{"n":123456789012345678901234567890,"d":0.1000000000000000055511151231257827,"e":-0}"#,
    #"{"message":"\#(String(repeating: "a long message ", count: 4000))"}"#,
    #"{"rule":{"name":"\#(String(repeating: "\u{1F525}é漢", count: 800))"}}"#,
    #"{"tags":[\#(Array(repeating: #""t""#, count: 2000).joined(separator: ","))]}"#,
    #"{"a":\#(String(repeating: #"{"a":"#, count: 200))1\#(String(repeating: "}", count: 200))}"#,
  ]
}
