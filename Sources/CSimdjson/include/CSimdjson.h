// The seam to simdjson: one JSON document becomes a flat list of nodes that know their place in the source bytes.
//
// simdjson's first stage (vectorised UTF-8 validation and structural index) does the heavy work. The second stage
// here differs from simdjson's DOM in three ways that Weir's promises need: every node keeps its source offsets (so
// that fields can be spliced into the bytes), numbers are validated but never converted (so that integers beyond
// 64 bits and 1e400 survive), and strings are left where they are (so that nothing is copied).
#ifndef WEIR_CSIMDJSON_H
#define WEIR_CSIMDJSON_H

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
  /// Of a key that is remembered: WEIR_JSON_REMEMBERED and its place in `keys`. 0 for all else.
  uint16_t slot;
} weir_json_node;

#define WEIR_JSON_REMEMBERED 0x8000

/// In how many places keys are remembered: a power of two.
#define WEIR_JSON_KEYS 1024

/// The longest key that is remembered, in bytes.
#define WEIR_JSON_LONGEST_KEY 48

/// How many bytes of a key are compared at once.
#define WEIR_JSON_WINDOW 16

/// What the key at some place of the last document was: the third, say, below the second of the whole. Detectors write
/// their alerts alike, so it is nearly always the same again, and to see that is cheaper than to look for its end and for
/// what it means. Places that share one of these get in each other's way: the first in a document has it. All zero at
/// first.
typedef struct weir_json_key {
  /// The key as it is written, from its opening quote to its colon: the first bytes and the last; all of a shorter one.
  uint8_t first[WEIR_JSON_WINDOW] __attribute__((aligned(16)));
  uint8_t last[WEIR_JSON_WINDOW];
  /// Which bits of the two are not the key's.
  uint8_t ignored[WEIR_JSON_WINDOW];
  /// What its node would be with the opening quote at 0. All 0 where no key is remembered.
  weir_json_node node;
  /// Where `last` begins behind the opening quote.
  uint32_t last_at;
  /// The number of the document that had it last.
  uint32_t document;
  /// The reader's note of what the key means: in what, and what. Both are 0 again when another key comes.
  int32_t from;
  int32_t meaning;
  uint8_t text[WEIR_JSON_LONGEST_KEY];
} weir_json_key;

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
weir_json_parser *weir_json_parser_create(uint32_t max_depth);
void weir_json_parser_destroy(weir_json_parser *parser);

/// Parses the one JSON value in `bytes[0 ..< length]`, white space around it allowed, and validates all of it.
///
/// Reads no byte outside the range. `*nodes` and `*count` stay valid until the next call with this parser.
/// On an error `*offset` is where it was found.
/// With a trailing document after the first, the error is WEIR_JSON_TRAILING_CONTENT and `*offset` is where that starts.
///
/// `keys` has WEIR_JSON_KEYS places, or is NULL where nothing is to be remembered.
enum weir_json_error weir_json_parse(
  weir_json_parser *parser, const uint8_t *bytes, size_t length, weir_json_key *keys,
  const weir_json_node **nodes, uint32_t *count, uint32_t *offset);

#ifdef __cplusplus
}
#endif

#endif
