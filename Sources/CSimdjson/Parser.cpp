#include "CSimdjson.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <simdjson.h>

namespace {

struct OpenContainer {
  weir_json_node *node;
  // The key whose value is being read.
  weir_json_node *key;
  // Where the next key is remembered; of an array, where the one that led to it is.
  uint16_t slot;
  bool isArray;

  // Where the first key of an object in this one is remembered: spread, so that a member more or less in one object moves
  // no other (the multiplier is Knuth's for 16 bits, 2^16 over the golden ratio).
  uint16_t slotBelow() const { return static_cast<uint16_t>((isArray ? slot + 1u : slot) * 40503u >> 6); }
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

inline uint64_t wordAt(const uint8_t *p) {
  uint64_t word;
  memcpy(&word, p, sizeof word);
  return word;
}

// True where the string that begins at `p`, behind its quote, is the remembered key. A remembered key has no escapes, so
// the quote behind it ends the string. Reads as far as the longest key.
inline bool isKnown(const weir_json_key &key, const uint8_t *p) {
  if (p[key.length] != '"') return false;
  if (((wordAt(p) ^ key.first) | (wordAt(p + key.last_at) ^ key.last)) & key.mask) return false;
  return key.length <= 16 || memcmp(p, key.text, key.length) == 0;
}

// Remembers the key at `p` in the place of what was there, unless that is this document's too. A key with escapes or a
// long one is not remembered. Returns whether it was.
bool remember(weir_json_key &key, uint32_t document, const uint8_t *p, size_t length, bool escaped) {
  if (key.document == document || escaped || length == 0 || length > WEIR_JSON_LONGEST_KEY) return false;
  key = {};
  key.document = document;
  memcpy(key.text, p, length);
  key.length = static_cast<uint32_t>(length);
  key.last_at = length < 8 ? 0 : key.length - 8;
  key.mask = ~uint64_t{0};
  // The bytes that lie first in memory, whatever the byte order.
  if (length < 8) memset(reinterpret_cast<uint8_t *>(&key.mask) + length, 0, 8 - length);
  key.first = wordAt(key.text);
  key.last = wordAt(key.text + key.last_at);
  return true;
}

// What became of a string with escapes: the first bad one, or null; and the next backslash behind the string.
struct Escapes {
  const uint8_t *bad;
  const uint8_t *nextBackslash;
};

Escapes checkEscapes(const uint8_t *first, const uint8_t *last, const uint8_t *end) {
  auto next = static_cast<const uint8_t *>(memchr(last, '\\', static_cast<size_t>(end - last)));
  return {findBadEscape(first, last), next ? next : end};
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
  // Counts up, from 1.
  uint32_t document = 0;
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

extern "C" enum weir_json_error weir_json_parse(
  weir_json_parser *parser, const uint8_t *bytes, size_t length, weir_json_key *keys,
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

  const size_t indexCount = stage1.n_structural_indexes;
  // Every node begins at a structural index of its own, so this is enough for all of them.
  if (indexCount > parser->nodeCapacity) {
    size_t capacity = indexCount + indexCount / 2 + 256;
    parser->nodes.reset(new (std::nothrow) weir_json_node[capacity]);
    parser->nodeCapacity = parser->nodes ? capacity : 0;
    if (!parser->nodes) return WEIR_JSON_NO_MEMORY;
  }

  // The next structural index. Behind the last one simdjson writes the document's length.
  const uint32_t *next = stage1.structural_indexes.get();
  const uint32_t *const stop = next + indexCount;
  // Where the next node goes.
  weir_json_node *node = parser->nodes.get();
  // What is being read lies in the container at `top`; the document itself is as in an array.
  OpenContainer *const open = parser->open.get();
  OpenContainer *const deepest = open + parser->maxDepth;
  OpenContainer *top = open;
  *top = {nullptr, nullptr, 0, true};
  const uint8_t *const end = bytes + length;
  auto nextBackslash = static_cast<const uint8_t *>(memchr(bytes, '\\', length));
  if (!nextBackslash) nextBackslash = end;
  // A key that begins later is not compared with what is remembered, so that no byte behind the document is read.
  const uint8_t *const lastKey = length > WEIR_JSON_LONGEST_KEY + 8 ? end - WEIR_JSON_LONGEST_KEY - 8 : bytes;
  const uint32_t document = ++parser->document;

#define FAIL(code, where) do { *offset = static_cast<uint32_t>(where); return (code); } while (0)

  // Reads the string whose opening quote is at `next`. Between its closing quote and the next structural character there
  // is nothing but white space, so the end is found from behind.
#define READ_STRING()                                                                                         \
  do {                                                                                                        \
    const uint32_t first = next[0] + 1;                                                                       \
    uint32_t last = next[1] - 1;                                                                              \
    while (bytes[last] != '"') last--;                                                                        \
    *node = {first, last, 1, WEIR_JSON_STRING, 0, 0};                                                         \
    if (__builtin_expect(nextBackslash < bytes + last, 0)) {                                                  \
      node->escaped = 1;                                                                                      \
      const Escapes escapes = checkEscapes(bytes + first, bytes + last, end);                                 \
      if (escapes.bad) FAIL(WEIR_JSON_BAD_ESCAPE, escapes.bad - bytes);                                       \
      nextBackslash = escapes.nextBackslash;                                                                  \
    }                                                                                                         \
    node++;                                                                                                   \
    next++;                                                                                                   \
  } while (0)

  uint8_t c;

value:
  if (next >= stop) FAIL(top == open ? WEIR_JSON_EXPECTED_VALUE : WEIR_JSON_UNCLOSED_CONTAINER, length);
  c = bytes[*next];
  switch (c) {
  case '"':
    READ_STRING();
    goto valueDone;
  case '{': {
    if (top == deepest) FAIL(WEIR_JSON_TOO_DEEP, *next);
    const uint16_t slot = top->slotBelow();
    *node = {*next, 0, 0, WEIR_JSON_OBJECT, 0, 0};
    *++top = {node++, nullptr, slot, false};
    next++;
    if (next < stop && bytes[*next] == '}') goto closeContainer;
    goto key;
  }
  case '[': {
    if (top == deepest) FAIL(WEIR_JSON_TOO_DEEP, *next);
    const uint16_t slot = top->isArray ? top->slot : top->slot - 1;
    *node = {*next, 0, 0, WEIR_JSON_ARRAY, 0, 0};
    *++top = {node++, nullptr, slot, true};
    next++;
    if (next < stop && bytes[*next] == ']') goto closeContainer;
    goto value;
  }
  case 't': case 'f': case 'n': {
    const char *word = c == 't' ? "true" : c == 'f' ? "false" : "null";
    const uint32_t size = c == 'f' ? 5 : 4;
    const uint32_t at = *next;
    if (length - at < size || memcmp(bytes + at, word, size) != 0) FAIL(WEIR_JSON_BAD_LITERAL, at);
    for (uint32_t i = at + size; i < next[1]; i++) {
      if (!isSpace(bytes[i])) FAIL(WEIR_JSON_BAD_LITERAL, at);
    }
    const uint8_t kind = c == 't' ? WEIR_JSON_TRUE : c == 'f' ? WEIR_JSON_FALSE : WEIR_JSON_NULL;
    *node++ = {at, at + size, 1, kind, 0, 0};
    next++;
    goto valueDone;
  }
  case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9': {
    const uint32_t at = *next;
    const uint8_t *const behind = bytes + next[1];
    const uint8_t *const after = skipNumber(bytes + at, behind);
    if (!after) FAIL(WEIR_JSON_BAD_NUMBER, at);
    for (const uint8_t *p = after; p < behind; p++) {
      if (!isSpace(*p)) FAIL(WEIR_JSON_BAD_NUMBER, at);
    }
    *node++ = {at, static_cast<uint32_t>(after - bytes), 1, WEIR_JSON_NUMBER, 0, 0};
    next++;
    goto valueDone;
  }
  case '}': case ']': case ',': case ':':
    FAIL(WEIR_JSON_EXPECTED_VALUE, *next);
  default:
    FAIL(WEIR_JSON_BAD_LITERAL, *next);
  }

key: {
  if (next >= stop) FAIL(WEIR_JSON_UNCLOSED_CONTAINER, length);
  if (bytes[*next] != '"') FAIL(WEIR_JSON_EXPECTED_KEY, *next);
  top->key = node;
  const uint16_t slot = top->slot++ % WEIR_JSON_KEYS;
  const uint8_t *const text = bytes + *next + 1;
  if (keys && text <= lastKey && isKnown(keys[slot], text)) {
    keys[slot].document = document;
    const uint32_t first = *next + 1;
    *node++ = {first, first + keys[slot].length, 1, WEIR_JSON_STRING, 0, static_cast<uint16_t>(slot | WEIR_JSON_REMEMBERED)};
    next++;
  } else {
    READ_STRING();
    weir_json_node &key = node[-1];
    if (keys && remember(keys[slot], document, text, key.end - key.start, key.escaped)) {
      key.slot = slot | WEIR_JSON_REMEMBERED;
    }
  }
  if (next >= stop) FAIL(WEIR_JSON_UNCLOSED_CONTAINER, length);
  if (bytes[*next] != ':') FAIL(WEIR_JSON_EXPECTED_COLON, *next);
  next++;
  // Most members are strings with another member behind them: these take no detour.
  if (next + 1 < stop && bytes[*next] == '"') {
    READ_STRING();
    if (bytes[*next] == ',') {
      node[-2].span = 2;
      next++;
      goto key;
    }
    goto valueDone;
  }
  goto value;
}

valueDone:
  if (top == open) goto documentDone;
  if (next >= stop) FAIL(WEIR_JSON_UNCLOSED_CONTAINER, length);
  c = bytes[*next];
  if (top->isArray) {
    if (c == ',') { next++; goto value; }
    if (c == ']') goto closeContainer;
    FAIL(WEIR_JSON_EXPECTED_COMMA_OR_BRACKET, *next);
  }
  top->key->span = static_cast<uint32_t>(node - top->key);
  if (c == ',') { next++; goto key; }
  if (c == '}') goto closeContainer;
  FAIL(WEIR_JSON_EXPECTED_COMMA_OR_BRACE, *next);

closeContainer:
  top->node->end = *next + 1;
  top->node->span = static_cast<uint32_t>(node - top->node);
  top--;
  next++;
  goto valueDone;

documentDone:
  if (next < stop) FAIL(WEIR_JSON_TRAILING_CONTENT, *next);
  *nodesOut = parser->nodes.get();
  *countOut = static_cast<uint32_t>(node - *nodesOut);
  return WEIR_JSON_OK;
#undef FAIL
#undef READ_STRING
}
