#include "CSimdjson.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <simdjson.h>

namespace {

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

// How many bytes of a key are compared at once.
constexpr size_t kWindow = 16;
// The longest key that is remembered, in bytes.
constexpr uint32_t kLongestKey = 48;

// A key that is remembered.
struct alignas(64) Key {
  // As it is written, from its opening quote to its colon: the first bytes and the last; all of a shorter one.
  uint8_t first[kWindow];
  uint8_t last[kWindow];
  // Which bits of the two are not the key's.
  uint8_t ignored[kWindow];
  // What its node would be with the opening quote at 0. All 0 where no key is remembered.
  weir_json_node node;
  // Where `last` begins behind the opening quote.
  uint32_t lastAt;
  // The number of the key below which it stands.
  uint16_t parent;
  // The numbers of the keys that were seen last behind it, and as the first below it.
  uint16_t next, child;
  uint8_t text[kLongestKey];
};
static_assert(sizeof(Key) == 128);

// Stands below a key that is not remembered, or for it: nothing is like it.
constexpr uint16_t kNone = 0;
// Stands for the document: its first keys are below this.
constexpr uint16_t kDocument = 1;

// True where the key whose opening quote is at `p` is the remembered one, with its colon right behind it. A remembered key
// has no escapes, so it ends where it ended before. Reads as far as the longest key.
inline bool isKnown(const Key &key, const uint8_t *p) {
  typedef uint64_t Window __attribute__((vector_size(kWindow)));
  Window firstHere, lastHere, first, last, ignored;
  memcpy(&firstHere, p, sizeof firstHere);
  memcpy(&lastHere, p + key.lastAt, sizeof lastHere);
  memcpy(&first, key.first, sizeof first);
  memcpy(&last, key.last, sizeof last);
  memcpy(&ignored, key.ignored, sizeof ignored);
  if (__builtin_reduce_or(((firstHere ^ first) | (lastHere ^ last)) & ~ignored) != 0) return false;
  // All that was compared is 0 where no key is remembered, and so may be what is no JSON.
  const uint32_t end = key.node.end;
  return end - 2 <= 2 * kWindow - 4 || (end != 0 && memcmp(p + 1, key.text, end - 1) == 0);
}

// The node of a remembered key whose opening quote is at `at`.
inline void writeNode(const Key &key, uint32_t at, weir_json_node &node) {
  typedef uint32_t Fields __attribute__((vector_size(sizeof(weir_json_node))));
  Fields fields;
  memcpy(&fields, &key.node, sizeof fields);
  fields += Fields{at, at, 0, 0};
  memcpy(&node, &fields, sizeof fields);
}

// The keys that were seen, each by what it stands below.
class Keys {
 public:
  Keys() {
    memset(&all[kNone], 0, sizeof(Key));
    memset(&all[kDocument], 0, sizeof(Key));
    memset(places_, 0, sizeof places_);
  }

  // By number. The first two are `kNone` and `kDocument`.
  Key all[WEIR_JSON_KEYS];

  uint32_t generation() const { return generation_; }

  // Makes room where there is none.
  void prepare() {
    if (count_ < WEIR_JSON_KEYS) return;
    memset(places_, 0, sizeof places_);
    all[kDocument].child = kNone;
    count_ = kDocument + 1;
    generation_++;
  }

  // The number of a key below `parent`; `kNone` where it is not remembered, as all that has escapes or is long.
  //
  // `guess` is the number of the key that it most likely is. From `quote` on, `readable` bytes may be read.
  __attribute__((noinline)) uint16_t number(
    uint16_t parent, uint16_t guess, const uint8_t *quote, uint32_t length, size_t readable) {
    if (isLike(all[guess], parent, quote, length)) return guess;
    if (parent == kNone || length == 0 || length > kLongestKey) return kNone;
    uint8_t copy[kLongestKey + kWindow] = {};
    if (readable < sizeof copy) {
      memcpy(copy, quote, length + 2);
      quote = copy;
    }
    uint32_t place = hash(parent, quote + 1, length);
    for (int tries = 0; tries < kTries; tries++, place = (place + 1) % kPlaces) {
      const uint16_t number = places_[place];
      if (number != kNone && !isLike(all[number], parent, quote, length)) continue;
      if (number != kNone || count_ == WEIR_JSON_KEYS) return number;
      places_[place] = count_;
      write(all[count_], parent, quote, length);
      return count_++;
    }
    return kNone;
  }

  // Notes that a key came as the first below `parent`, or behind `previous`, which is `kNone` where that is not remembered.
  __attribute__((noinline)) void follow(bool isFirst, uint32_t parent, uint32_t previous, uint16_t number) {
    if (isFirst) {
      all[parent].child = number;
    } else if (previous != kNone) {
      all[previous].next = number;
    }
  }

 private:
  // So many that a key is found at once. Where documents have made it otherwise, it is not searched for long.
  static constexpr uint32_t kPlaces = 4 * WEIR_JSON_KEYS;
  static constexpr int kTries = 16;

  static bool isLike(const Key &key, uint16_t parent, const uint8_t *quote, uint32_t length) {
    return key.node.end == length + 1 && key.parent == parent && memcmp(quote + 1, key.text, length) == 0;
  }

  static uint32_t hash(uint16_t parent, const uint8_t *text, uint32_t length) {
    uint64_t first, last;
    memcpy(&first, text, sizeof first);
    memcpy(&last, text + (length < sizeof last ? 0 : length - sizeof last), sizeof last);
    if (length < sizeof first) {
      first &= (1ull << length * 8) - 1;
      last = 0;
    }
    uint64_t word = first ^ (last << 29 | last >> 35) ^ static_cast<uint64_t>(length) << 58 ^ static_cast<uint64_t>(parent) << 40;
    word *= 0x9E3779B97F4A7C15;
    word ^= word >> 32;
    word *= 0xD6E8FEB86659FD93;
    return word >> 32 & (kPlaces - 1);
  }

  void write(Key &key, uint16_t parent, const uint8_t *quote, uint32_t length) {
    static const uint8_t ignoredBehind[2 * kWindow] = {
      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
      0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    const uint32_t size = length + 3;
    const uint32_t compared = size < kWindow ? size : kWindow;
    key.lastAt = size - compared;
    memcpy(key.first, quote, kWindow);
    memcpy(key.last, quote + key.lastAt, kWindow);
    memcpy(key.ignored, ignoredBehind + kWindow - compared, kWindow);
    // Here there may be white space in front of the colon.
    if (key.lastAt == 0) key.first[compared - 1] = ':';
    key.last[compared - 1] = ':';
    key.node = {1, length + 1, 2, WEIR_JSON_STRING, 0, count_};
    key.parent = parent;
    key.next = key.child = kNone;
    memcpy(key.text, quote + 1, kLongestKey);
  }

  // By hash: the number of a key, or `kNone`.
  uint16_t places_[kPlaces];
  uint16_t count_ = kDocument + 1;
  uint32_t generation_ = 0;
};

// Where the next backslash from `at` on stands; `end` where there is none.
inline uint32_t offsetOfBackslash(const uint8_t *bytes, uint32_t at, uint32_t end) {
  auto found = static_cast<const uint8_t *>(memchr(bytes + at, '\\', end - at));
  return found ? static_cast<uint32_t>(found - bytes) : end;
}

// What became of a string with escapes: where the first bad one stands, or 0; and the next backslash behind the string.
struct Escapes {
  uint32_t bad;
  uint32_t nextBackslash;
};

__attribute__((noinline)) Escapes checkEscapes(const uint8_t *bytes, uint32_t first, uint32_t last, uint32_t end) {
  const uint8_t *const bad = findBadEscape(bytes + first, bytes + last);
  return {bad ? static_cast<uint32_t>(bad - bytes) : 0, offsetOfBackslash(bytes, last, end)};
}

// True where there is nothing but white space.
inline bool isBlank(const uint8_t *p, const uint8_t *end) {
  while (p < end && isSpace(*p)) p++;
  return p == end;
}

// Reads the literal at `next`. Returns false where it is another word.
template <size_t sizeWithNull>
inline bool readLiteral(
  const uint8_t *bytes, const uint32_t *next, weir_json_node &node, const char (&word)[sizeWithNull], uint8_t kind) {
  constexpr uint32_t size = sizeWithNull - 1;
  if (next[1] - next[0] < size || memcmp(bytes + next[0], word, size) != 0) return false;
  node = {next[0], next[0] + size, 1, kind, 0, 0};
  return isBlank(bytes + next[0] + size, bytes + next[1]);
}

// Reads the number at `next`. Returns false where it is not well-formed. Numbers are few, and what reads the rest goes
// better without this in its midst.
__attribute__((noinline)) bool readNumber(const uint8_t *bytes, const uint32_t *next, weir_json_node &node) {
  const uint8_t *const behind = bytes + next[1];
  const uint8_t *const end = skipNumber(bytes + next[0], behind);
  if (!end) return false;
  node = {next[0], static_cast<uint32_t>(end - bytes), 1, WEIR_JSON_NUMBER, 0, 0};
  return isBlank(end, behind);
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

// Stands for all keys where none is remembered.
Key noKey = {};

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
  // None where nothing is remembered.
  std::unique_ptr<Keys> keys;
  uint32_t layoutHash = 0;
};

extern "C" weir_json_parser *weir_json_parser_create(uint32_t maxDepth, bool remembers) {
  auto parser = new (std::nothrow) weir_json_parser();
  if (!parser) return nullptr;
  parser->maxDepth = maxDepth;
  if (remembers) parser->keys.reset(new (std::nothrow) Keys());
  auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(0, 1, parser->stage1);
  if (error) {
    delete parser;
    return nullptr;
  }
  return parser;
}

extern "C" void weir_json_parser_destroy(weir_json_parser *parser) { delete parser; }

extern "C" weir_json_layout weir_json_last_layout(const weir_json_parser *parser) {
  return {parser->layoutHash, parser->keys ? parser->keys->generation() : 0};
}

extern "C" enum weir_json_error weir_json_parse(
  weir_json_parser *parser, const uint8_t *bytes, size_t length, const weir_json_node **nodesOut, uint32_t *countOut,
  uint32_t *offset) {
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
  // Every node begins at a structural index of its own, so this is enough for all of them, with one for the document.
  if (indexCount + 1 > parser->nodeCapacity) {
    size_t capacity = indexCount + indexCount / 2 + 256;
    parser->nodes.reset(new (std::nothrow) weir_json_node[capacity]);
    parser->nodeCapacity = parser->nodes ? capacity : 0;
    if (!parser->nodes) return WEIR_JSON_NO_MEMORY;
  }

  const uint32_t end = static_cast<uint32_t>(length), maxDepth = parser->maxDepth;
  uint32_t nextBackslash = offsetOfBackslash(bytes, 0, end);
  Keys *const keys = parser->keys.get();
  if (keys) keys->prepare();
  parser->layoutHash = 0;
  // A key that begins later is not compared in windows, so that no byte behind the document is read.
  const uint32_t lastKey = keys && length > kLongestKey + 8 ? end - kLongestKey - 8 : 0;
  // The next structural index. Behind the last one simdjson writes the document's length.
  const uint32_t *next = stage1.structural_indexes.get();
  const uint32_t *const stop = next + indexCount;
  // In front of this there are four structural indexes more, and a key can be compared in windows.
  const uint32_t *quickly = indexCount < 4 || lastKey == 0 ? next : stop - 3;
  while (quickly > next && quickly[-1] >= lastKey) quickly--;
  // The innermost open container; the first node stands for the document. While a container is open, its `end` says how many
  // nodes before it the one around it stands, and its `span` below which key that is.
  weir_json_node *container = parser->nodes.get();
  *container = {};
  uint32_t depth = 0;
  // Where the next node goes.
  weir_json_node *node = container + 1;
  // The number of the key that led to the innermost open container.
  uint32_t parent = keys ? kDocument : kNone;
  // The number of the remembered key before in the same object, and of the one that most likely comes next.
  uint32_t previous = kNone, expected = kNone;
  Key *const all = keys ? keys->all : &noKey;
  uint32_t layoutHash = 0;
  bool isRemembered = keys;

#define FAIL(code, where) do { *offset = static_cast<uint32_t>(where); return (code); } while (0)
  // Begins the container at `next`.
#define OPEN(type)                                                                                            \
  do {                                                                                                        \
    if (depth++ == maxDepth) FAIL(WEIR_JSON_TOO_DEEP, *next);                                                 \
    *node = {*next++, static_cast<uint32_t>(node - container), parent, type, 0, 0};                           \
    if (container->kind == WEIR_JSON_OBJECT) parent = node[-1].key;                                          \
  } while (0)

  // Reads the string whose opening quote is at `next`. Between its closing quote and the next structural character there
  // is nothing but white space, so the end is found from behind.
#define READ_STRING()                                                                                         \
  do {                                                                                                        \
    const uint32_t first = next[0] + 1;                                                                       \
    uint32_t last = next[1] - 1;                                                                              \
    while (bytes[last] != '"') last--;                                                                        \
    *node = {first, last, 1, WEIR_JSON_STRING, 0, 0};                                                         \
    if (__builtin_expect(nextBackslash < last, 0)) {                                                          \
      node->escaped = 1;                                                                                      \
      const Escapes escapes = checkEscapes(bytes, first, last, end);                                          \
      if (escapes.bad) FAIL(WEIR_JSON_BAD_ESCAPE, escapes.bad);                                               \
      nextBackslash = escapes.nextBackslash;                                                                  \
    }                                                                                                         \
    node++;                                                                                                   \
    next++;                                                                                                   \
  } while (0)

value:
  if (next >= stop) FAIL(depth == 0 ? WEIR_JSON_EXPECTED_VALUE : WEIR_JSON_UNCLOSED_CONTAINER, length);
valueAtNext:
  switch (bytes[*next]) {
  case '"':
    READ_STRING();
    goto valueDone;
  case '{':
  object:
    OPEN(WEIR_JSON_OBJECT);
    previous = kNone;
    expected = all[parent].child;
    container = node++;
    goto key;
  case '[':
    OPEN(WEIR_JSON_ARRAY);
    container = node++;
    goto value;
  case 't':
    if (!readLiteral(bytes, next, *node, "true", WEIR_JSON_TRUE)) FAIL(WEIR_JSON_BAD_LITERAL, *next);
    break;
  case 'f':
    if (!readLiteral(bytes, next, *node, "false", WEIR_JSON_FALSE)) FAIL(WEIR_JSON_BAD_LITERAL, *next);
    break;
  case 'n':
    if (!readLiteral(bytes, next, *node, "null", WEIR_JSON_NULL)) FAIL(WEIR_JSON_BAD_LITERAL, *next);
    break;
  case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
    if (!readNumber(bytes, next, *node)) FAIL(WEIR_JSON_BAD_NUMBER, *next);
    break;
  case ']':
    if (container->kind == WEIR_JSON_ARRAY && node == container + 1) goto closeContainer;
    FAIL(WEIR_JSON_EXPECTED_VALUE, *next);
  case '}': case ',': case ':':
    FAIL(WEIR_JSON_EXPECTED_VALUE, *next);
  default:
    FAIL(WEIR_JSON_BAD_LITERAL, *next);
  }
  node++;
  next++;

valueDone:
  if (container->kind == WEIR_JSON_OBJECT) {
  memberDone:
    if (next >= stop) FAIL(WEIR_JSON_UNCLOSED_CONTAINER, length);
    if (bytes[*next] == ',') { next++; goto key; }
    if (bytes[*next] == '}') goto closeContainer;
    FAIL(WEIR_JSON_EXPECTED_COMMA_OR_BRACE, *next);
  }
  if (container->kind == WEIR_JSON_ARRAY) {
    if (next >= stop) FAIL(WEIR_JSON_UNCLOSED_CONTAINER, length);
    if (bytes[*next] == ',') { next++; goto value; }
    if (bytes[*next] == ']') goto closeContainer;
    FAIL(WEIR_JSON_EXPECTED_COMMA_OR_BRACKET, *next);
  }
  if (next < stop) FAIL(WEIR_JSON_TRAILING_CONTENT, *next);
  *nodesOut = container + 1;
  *countOut = static_cast<uint32_t>(node - *nodesOut);
  parser->layoutHash = isRemembered ? layoutHash | 1 : 0;
  return WEIR_JSON_OK;

key:
  // Most keys are remembered, most values are strings: these take no detour.
  while (next < quickly) {
    // Keeps the compiler from counting in other variables instead, which costs more than it saves.
    __asm__("" : "+r"(next), "+r"(node), "+r"(expected));
    const Key &known = all[expected];
    if (!isKnown(known, bytes + next[0])) break;
    writeNode(known, next[0], node[0]);
    layoutHash += expected;
    previous = expected;
    expected = known.next;
    // Behind a known key there is its colon.
    const uint8_t *const value = bytes + next[2], *const behind = bytes + next[3];
    if (*value == '"' && nextBackslash >= next[3]) {
      node[1] = {next[2] + 1, next[3] - 1, 1, WEIR_JSON_STRING, 0, 0};
      if (memcmp(behind - 1, "\",", 2) == 0) {
        next += 4;
        node += 2;
        continue;
      }
      if (memcmp(behind - 1, "\"}", 2) == 0) {
        next += 3;
        node += 2;
        goto closeContainer;
      }
    }
    next += 2;
    node++;
    // An object follows most of the others.
    if (*value == '{') goto object;
    goto valueAtNext;
  }
  if (next >= stop) FAIL(WEIR_JSON_UNCLOSED_CONTAINER, length);
  if (bytes[*next] != '"') {
    // Only behind an opening brace nothing need follow.
    if (bytes[*next] == '}' && node == container + 1) goto closeContainer;
    FAIL(WEIR_JSON_EXPECTED_KEY, *next);
  }
  READ_STRING();
  node[-1].span = 2;
  if (keys) {
    const weir_json_node &key = node[-1];
    const uint16_t number =
      key.escaped ? kNone : keys->number(parent, expected, bytes + key.start - 1, key.end - key.start, length + 1 - key.start);
    node[-1].key = number;
    layoutHash += number;
    if (number == kNone) {
      isRemembered = false;
    } else {
      keys->follow(node - 1 == container + 1, parent, previous, number);
      previous = number;
      expected = all[number].next;
    }
  }
  if (next >= stop) FAIL(WEIR_JSON_UNCLOSED_CONTAINER, length);
  if (bytes[*next] != ':') FAIL(WEIR_JSON_EXPECTED_COLON, *next);
  next++;
  goto value;

closeContainer: {
  weir_json_node *const closed = container;
  container -= closed->end;
  parent = closed->span;
  depth--;
  const uint32_t span = static_cast<uint32_t>(node - closed);
  closed->end = *next++ + 1;
  closed->span = span;
  if (container->kind != WEIR_JSON_OBJECT) goto valueDone;
  closed[-1].span = span + 1;
  previous = closed[-1].key;
  expected = all[previous].next;
  goto memberDone;
}
#undef FAIL
#undef OPEN
#undef READ_STRING
}
