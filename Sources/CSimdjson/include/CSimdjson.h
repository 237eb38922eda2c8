// The seam to simdjson: one JSON document becomes a flat list of nodes that know their place in the source bytes.
//
// simdjson's first stage (vectorised UTF-8 validation and structural index) does the heavy work. The second stage
// here differs from simdjson's DOM in three ways that Weir's promises need: every node keeps its source offsets (so
// that fields can be spliced into the bytes), numbers are validated but never converted (so that integers beyond
// 64 bits and 1e400 survive), and strings are left where they are (so that nothing is copied).
#ifndef WEIR_CSIMDJSON_H
#define WEIR_CSIMDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a node is. The values are fixed: Swift reads them.
enum weir_json_kind {
  WEIR_JSON_OBJECT = 1,
  WEIR_JSON_ARRAY = 2,
  WEIR_JSON_STRING = 3,
  WEIR_JSON_NUMBER = 4,
  WEIR_JSON_TRUE = 5,
  WEIR_JSON_FALSE = 6,
  WEIR_JSON_NULL = 7,
};

/// One value, or one key of an object.
///
/// Containers are followed by their children. In an object, children come as key, value, key, value …
typedef struct weir_json_node {
  /// Offset of the first byte; for strings and keys, of the first byte after the opening quote.
  uint32_t start;
  /// Offset one past the last byte; for strings and keys, of the closing quote.
  uint32_t end;
  /// How many nodes further the next sibling stands: one, and one for each node that this one contains. For a key: how
  /// many further the next key stands.
  uint32_t span;
  /// A weir_json_kind.
  uint8_t kind;
  /// 1 where a string holds at least one backslash.
  uint8_t escaped;
  /// Of a key that is remembered: its number. 0 for all else.
  uint16_t key;
} weir_json_node;

/// How many keys are remembered, with 0, which stands for none.
#define WEIR_JSON_KEYS 4096

/// What is said about the keys of the document that was parsed last.
typedef struct weir_json_layout {
  /// Depends on which keys it has, in whatever order, and on nothing else; 0 where one of them is not remembered.
  uint32_t hash;
  /// Counts how often all keys were forgotten. Until it does, a number stands for one key below one other: `id` in
  /// `user.name.id` has another than `id` in `event.id`, however those are nested in arrays.
  uint32_t generation;
} weir_json_layout;

/// Why a document was refused. The values are fixed: Swift reads them.
enum weir_json_error {
  WEIR_JSON_OK = 0,
  WEIR_JSON_EMPTY = 1,
  WEIR_JSON_INVALID_UTF8 = 2,
  WEIR_JSON_UNCLOSED_STRING = 3,
  WEIR_JSON_CONTROL_CHARACTER = 4,
  WEIR_JSON_TOO_DEEP = 5,
  WEIR_JSON_BAD_NUMBER = 6,
  WEIR_JSON_BAD_LITERAL = 7,
  WEIR_JSON_BAD_ESCAPE = 8,
  WEIR_JSON_EXPECTED_VALUE = 9,
  WEIR_JSON_EXPECTED_KEY = 10,
  WEIR_JSON_EXPECTED_COLON = 11,
  WEIR_JSON_EXPECTED_COMMA_OR_BRACE = 12,
  WEIR_JSON_EXPECTED_COMMA_OR_BRACKET = 13,
  WEIR_JSON_TRAILING_CONTENT = 14,
  WEIR_JSON_UNCLOSED_CONTAINER = 15,
  WEIR_JSON_TOO_LARGE = 16,
  WEIR_JSON_NO_MEMORY = 17,
};

typedef struct weir_json_parser weir_json_parser;

/// Makes a parser, or returns NULL when memory is short.
///
/// Detectors write their alerts alike, so a key mostly follows the one that it followed before. A parser that remembers keys
/// compares each with that, which is cheaper than to look for its end and for what it means.
weir_json_parser *weir_json_parser_create(uint32_t max_depth, bool remembers);
void weir_json_parser_destroy(weir_json_parser *parser);

/// Parses the one JSON value in `bytes[0 ..< length]`, white space around it allowed, and validates all of it.
///
/// Reads no byte outside the range. `*nodes` and `*count` stay valid until the next call with this parser.
/// On an error `*offset` is where it was found.
/// With a trailing document after the first, the error is WEIR_JSON_TRAILING_CONTENT and `*offset` is where that starts.
enum weir_json_error weir_json_parse(
  weir_json_parser *parser, const uint8_t *bytes, size_t length, const weir_json_node **nodes, uint32_t *count,
  uint32_t *offset);

/// Of a parser that remembers keys, behind a document that was parsed.
weir_json_layout weir_json_last_layout(const weir_json_parser *parser);

#ifdef __cplusplus
}
#endif

#endif
