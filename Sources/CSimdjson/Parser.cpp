#include "CSimdjson.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <simdjson.h>
#include <vector>

namespace {

struct OpenContainer {
  uint32_t node;
  // The key whose value is being read.
  uint32_t key;
  uint8_t isArray;
};

inline bool isSpace(uint8_t c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
inline bool isDigit(uint8_t c) { return static_cast<uint8_t>(c - '0') <= 9; }
inline bool isHexDigit(uint8_t c) { return isDigit(c) || static_cast<uint8_t>((c | 0x20) - 'a') <= 5; }

// The first byte after the number that starts at `p`, or null where there is no well-formed number (RFC 8259, section 6).
const uint8_t *skipNumber(const uint8_t *p, const uint8_t *end) {
  if (p < end && *p == '-') p++;
  if (p == end || !isDigit(*p)) return nullptr;
  if (*p == '0') {
    p++;
  } else {
    while (p < end && isDigit(*p)) p++;
  }
  if (p < end && *p == '.') {
    p++;
    if (p == end || !isDigit(*p)) return nullptr;
    while (p < end && isDigit(*p)) p++;
  }
  if (p < end && (*p | 0x20) == 'e') {
    p++;
    if (p < end && (*p == '+' || *p == '-')) p++;
    if (p == end || !isDigit(*p)) return nullptr;
    while (p < end && isDigit(*p)) p++;
  }
  return p;
}

// Checks every escape in `p ..< end`, the inside of a string. Returns the first bad backslash, or null.
// A lone surrogate is let through: it is the detector's, and leaves as it came.
const uint8_t *findBadEscape(const uint8_t *p, const uint8_t *end) {
  while ((p = static_cast<const uint8_t *>(memchr(p, '\\', static_cast<size_t>(end - p))))) {
    if (p + 1 >= end) return p;
    switch (p[1]) {
    case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't':
      p += 2;
      break;
    case 'u':
      if (end - p < 6 || !isHexDigit(p[2]) || !isHexDigit(p[3]) || !isHexDigit(p[4]) || !isHexDigit(p[5])) return p;
      p += 6;
      break;
    default:
      return p;
    }
  }
  return nullptr;
}

// Where the first byte that is not UTF-8 stands; for error messages only, so it may be slow.
uint32_t offsetOfInvalidUTF8(const uint8_t *bytes, size_t length) {
  size_t at = 0;
  while (at < length) {
    uint8_t c = bytes[at];
    size_t size = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (at + size > length || !simdjson::validate_utf8(reinterpret_cast<const char *>(bytes) + at, size)) break;
    at += size;
  }
  return static_cast<uint32_t>(at);
}

// Where the first control character inside a string stands, or else where the string that is never closed begins.
uint32_t offsetOfStringError(const uint8_t *bytes, size_t length, bool controlCharacter) {
  uint32_t opened = 0;
  bool inside = false;
  for (size_t at = 0; at < length; at++) {
    uint8_t c = bytes[at];
    if (!inside) {
      if (c == '"') { inside = true; opened = static_cast<uint32_t>(at); }
    } else if (c == '\\') {
      at++;
    } else if (c == '"') {
      inside = false;
    } else if (c < 0x20 && controlCharacter) {
      return static_cast<uint32_t>(at);
    }
  }
  return opened;
}

} // namespace

struct weir_json_parser {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stage1;
  std::unique_ptr<weir_json_node[]> nodes;
  size_t nodeCapacity = 0;
  size_t byteCapacity = 0;
  uint32_t maxDepth = 0;
  std::unique_ptr<OpenContainer[]> open;
};

extern "C" weir_json_parser *weir_json_parser_create(uint32_t maxDepth) {
  auto parser = new (std::nothrow) weir_json_parser();
  if (!parser) return nullptr;
  parser->maxDepth = maxDepth;
  parser->open.reset(new (std::nothrow) OpenContainer[maxDepth + 1]);
  auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(0, 1, parser->stage1);
  if (error || !parser->open) {
    delete parser;
    return nullptr;
  }
  return parser;
}

extern "C" void weir_json_parser_destroy(weir_json_parser *parser) { delete parser; }

extern "C" const char *weir_json_implementation(void) {
  static const std::string name = simdjson::get_active_implementation()->name();
  return name.c_str();
}

extern "C" enum weir_json_error weir_json_parse(
  weir_json_parser *parser, const uint8_t *bytes, size_t length,
  const weir_json_node **nodesOut, uint32_t *countOut, uint32_t *offset) {
  *countOut = 0;
  *offset = 0;
  if (length == 0) return WEIR_JSON_EMPTY;
  if (length > UINT32_MAX - 64) return WEIR_JSON_TOO_LARGE;

  auto &stage1 = *parser->stage1;
  if (length > parser->byteCapacity) {
    size_t capacity = length + length / 2 + 4096;
    if (stage1.set_capacity(capacity)) return WEIR_JSON_NO_MEMORY;
    parser->byteCapacity = capacity;
  }
  switch (stage1.stage1(bytes, length, simdjson::stage1_mode::regular)) {
  case simdjson::SUCCESS:
    break;
  case simdjson::EMPTY:
    return WEIR_JSON_EMPTY;
  case simdjson::UNCLOSED_STRING:
    *offset = offsetOfStringError(bytes, length, false);
    return WEIR_JSON_UNCLOSED_STRING;
  case simdjson::UNESCAPED_CHARS:
    *offset = offsetOfStringError(bytes, length, true);
    return WEIR_JSON_CONTROL_CHARACTER;
  case simdjson::UTF8_ERROR:
    *offset = offsetOfInvalidUTF8(bytes, length);
    return WEIR_JSON_INVALID_UTF8;
  default:
    return WEIR_JSON_NO_MEMORY;
  }

  const uint32_t *indexes = stage1.structural_indexes.get();
  const size_t indexCount = stage1.n_structural_indexes;
  // Every node begins at a structural index of its own, so this is enough for all of them.
  if (indexCount > parser->nodeCapacity) {
    size_t capacity = indexCount + indexCount / 2 + 256;
    parser->nodes.reset(new (std::nothrow) weir_json_node[capacity]);
    parser->nodeCapacity = parser->nodes ? capacity : 0;
    if (!parser->nodes) return WEIR_JSON_NO_MEMORY;
  }

  weir_json_node *const nodes = parser->nodes.get();
  uint32_t count = 0;
  OpenContainer *const open = parser->open.get();
  uint32_t depth = 0;
  size_t index = 0;
  const uint8_t *const end = bytes + length;
  auto nextBackslash = static_cast<const uint8_t *>(memchr(bytes, '\\', length));
  if (!nextBackslash) nextBackslash = end;

#define FAIL(code, where) do { *offset = (where); return (code); } while (0)

  // Reads the string whose opening quote is at structural index `index`. Between its closing quote and the next
  // structural character there is nothing but white space, so the end is found from behind. Behind the last index
  // simdjson writes the document's length.
#define READ_STRING(isKey)                                                                                    \
  do {                                                                                                        \
    uint32_t first = indexes[index] + 1;                                                                      \
    uint32_t last = indexes[index + 1] - 1;                                                                     \
    while (bytes[last] != '"') last--;                                                                        \
    weir_json_node &node = nodes[count++];                                                                    \
    node = {first, last, 1, WEIR_JSON_STRING, 0, (isKey), 0};                                                 \
    if (__builtin_expect(nextBackslash < bytes + last, 0)) {                                                  \
      node.escaped = 1;                                                                                       \
      if (auto bad = findBadEscape(bytes + first, bytes + last)) FAIL(WEIR_JSON_BAD_ESCAPE, static_cast<uint32_t>(bad - bytes)); \
      nextBackslash = static_cast<const uint8_t *>(memchr(bytes + last, '\\', length - last));                \
      if (!nextBackslash) nextBackslash = end;                                                                \
    }                                                                                                         \
    index++;                                                                                                  \
  } while (0)

  uint8_t c;

value:
  if (index >= indexCount) FAIL(depth ? WEIR_JSON_UNCLOSED_CONTAINER : WEIR_JSON_EXPECTED_VALUE, static_cast<uint32_t>(length));
  c = bytes[indexes[index]];
  switch (c) {
  case '"':
    READ_STRING(0);
    goto valueDone;
  case '{': {
    if (depth == parser->maxDepth) FAIL(WEIR_JSON_TOO_DEEP, indexes[index]);
    nodes[count] = {indexes[index], 0, 0, WEIR_JSON_OBJECT, 0, 0, 0};
    open[depth++] = {count++, 0, 0};
    index++;
    if (index < indexCount && bytes[indexes[index]] == '}') goto closeObject;
    goto key;
  }
  case '[': {
    if (depth == parser->maxDepth) FAIL(WEIR_JSON_TOO_DEEP, indexes[index]);
    nodes[count] = {indexes[index], 0, 0, WEIR_JSON_ARRAY, 0, 0, 0};
    open[depth++] = {count++, 0, 1};
    index++;
    if (index < indexCount && bytes[indexes[index]] == ']') goto closeArray;
    goto value;
  }
  case 't': case 'f': case 'n': {
    const char *word = c == 't' ? "true" : c == 'f' ? "false" : "null";
    const size_t size = c == 'f' ? 5 : 4;
    const uint32_t at = indexes[index];
    if (length - at < size || memcmp(bytes + at, word, size) != 0) FAIL(WEIR_JSON_BAD_LITERAL, at);
    uint32_t stop = indexes[index + 1];
    for (uint32_t i = at + static_cast<uint32_t>(size); i < stop; i++) {
      if (!isSpace(bytes[i])) FAIL(WEIR_JSON_BAD_LITERAL, at);
    }
    uint8_t kind = c == 't' ? WEIR_JSON_TRUE : c == 'f' ? WEIR_JSON_FALSE : WEIR_JSON_NULL;
    nodes[count] = {at, at + static_cast<uint32_t>(size), 1, kind, 0, 0, 0};
    count++;
    index++;
    goto valueDone;
  }
  case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9': {
    const uint32_t at = indexes[index];
    const uint32_t stop = indexes[index + 1];
    const uint8_t *after = skipNumber(bytes + at, bytes + stop);
    if (!after) FAIL(WEIR_JSON_BAD_NUMBER, at);
    for (const uint8_t *p = after; p < bytes + stop; p++) {
      if (!isSpace(*p)) FAIL(WEIR_JSON_BAD_NUMBER, at);
    }
    nodes[count] = {at, static_cast<uint32_t>(after - bytes), 1, WEIR_JSON_NUMBER, 0, 0, 0};
    count++;
    index++;
    goto valueDone;
  }
  case '}': case ']': case ',': case ':':
    FAIL(WEIR_JSON_EXPECTED_VALUE, indexes[index]);
  default:
    FAIL(WEIR_JSON_BAD_LITERAL, indexes[index]);
  }

key:
  if (index >= indexCount) FAIL(WEIR_JSON_UNCLOSED_CONTAINER, static_cast<uint32_t>(length));
  if (bytes[indexes[index]] != '"') FAIL(WEIR_JSON_EXPECTED_KEY, indexes[index]);
  open[depth - 1].key = count;
  READ_STRING(1);
  if (index >= indexCount) FAIL(WEIR_JSON_UNCLOSED_CONTAINER, static_cast<uint32_t>(length));
  if (bytes[indexes[index]] != ':') FAIL(WEIR_JSON_EXPECTED_COLON, indexes[index]);
  index++;
  // Most members are strings with another member behind them: these take no detour.
  if (index + 1 < indexCount && bytes[indexes[index]] == '"') {
    READ_STRING(0);
    if (bytes[indexes[index]] == ',') {
      nodes[count - 2].span = 2;
      index++;
      goto key;
    }
    goto valueDone;
  }
  goto value;

valueDone:
  if (depth == 0) goto documentDone;
  if (index >= indexCount) FAIL(WEIR_JSON_UNCLOSED_CONTAINER, static_cast<uint32_t>(length));
  c = bytes[indexes[index]];
  if (open[depth - 1].isArray) {
    if (c == ',') { index++; goto value; }
    if (c == ']') goto closeArray;
    FAIL(WEIR_JSON_EXPECTED_COMMA_OR_BRACKET, indexes[index]);
  }
  nodes[open[depth - 1].key].span = count - open[depth - 1].key;
  if (c == ',') { index++; goto key; }
  if (c == '}') goto closeObject;
  FAIL(WEIR_JSON_EXPECTED_COMMA_OR_BRACE, indexes[index]);

closeObject:
closeArray: {
  weir_json_node &node = nodes[open[--depth].node];
  node.end = indexes[index] + 1;
  node.span = count - open[depth].node;
  index++;
  goto valueDone;
}

documentDone:
  if (index < indexCount) FAIL(WEIR_JSON_TRAILING_CONTENT, indexes[index]);
  *nodesOut = nodes;
  *countOut = count;
  return WEIR_JSON_OK;
#undef FAIL
#undef READ_STRING
}
