// Writing JSON into one growing text, without building a tree first.
#pragma once
#include <cstdio>
#include <string>
#include <string_view>

inline void appendEscaped(std::string &to, std::string_view text) {
  for (unsigned char c : text) {
    if (c == '"' || c == '\\') {
      to += '\\';
      to += c;
    } else if (c == '\n') {
      to += "\\n";
    } else if (c < 0x20) {
      char escape[7];
      snprintf(escape, sizeof escape, "\\u%04x", c);
      to += escape;
    } else {
      to += c;
    }
  }
}

// Objects and arrays are opened and closed by hand; commas are set here.
class JSONText {
 public:
  // `spaced` writes a blank behind `:` and `,`.
  JSONText(std::string &to, bool spaced) : to_(to), spaced_(spaced) {}

  JSONText &open(char bracket) {
    separate();
    to_ += bracket;
    first_ = true;
    return *this;
  }

  JSONText &close(char bracket) {
    to_ += bracket;
    first_ = false;
    return *this;
  }

  JSONText &key(std::string_view name) {
    separate();
    to_ += '"';
    to_ += name;
    to_ += spaced_ ? "\": " : "\":";
    first_ = true;
    return *this;
  }

  JSONText &value(std::string_view text) {
    separate();
    to_ += '"';
    appendEscaped(to_, text);
    to_ += '"';
    return *this;
  }

  // A number or a word of JSON, written as it is.
  JSONText &raw(std::string_view text) {
    separate();
    to_ += text;
    return *this;
  }

  JSONText &member(std::string_view name, std::string_view text) { return key(name).value(text); }
  JSONText &number(std::string_view name, long value) { return key(name).raw(std::to_string(value)); }

 private:
  void separate() {
    if (!first_) to_ += spaced_ ? ", " : ",";
    first_ = false;
  }

  std::string &to_;
  const bool spaced_;
  bool first_ = true;
};
