// A seeded generator whose numbers are the same on every machine: xoshiro256**, seeded by splitmix64
// (Blackman and Vigna, https://prng.di.unimi.it).
#pragma once
#include <cstdint>
#include <string>

class Random {
 public:
  // `stream` tells sequences of one seed apart, so that one never depends on how much another has drawn.
  Random(uint64_t seed, uint64_t stream) {
    uint64_t state = seed * 0x9E3779B97F4A7C15u + stream;
    for (uint64_t &word : state_) {
      uint64_t z = (state += 0x9E3779B97F4A7C15u);
      z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
      z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
      word = z ^ (z >> 31);
    }
  }

  uint64_t next() {
    const uint64_t result = rotate(state_[1] * 5, 7) * 9, shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotate(state_[3], 45);
    return result;
  }

  // From 0 to `bound` - 1.
  uint64_t below(uint64_t bound) { return (unsigned __int128)next() * bound >> 64; }

  // From 0 up to, not including, 1.
  double unit() { return (next() >> 11) * 0x1.0p-53; }

  bool chance(double probability) { return unit() < probability; }

  template <class List> const auto &pick(const List &list) { return list[below(std::size(list))]; }

  void hex(std::string &to, int digits) {
    uint64_t word = 0;
    for (int i = 0; i < digits; i++) {
      if (i % 16 == 0) word = next();
      to += "0123456789abcdef"[word & 15];
      word >>= 4;
    }
  }

  std::string hex(int digits) {
    std::string text;
    hex(text, digits);
    return text;
  }

  std::string uuid() {
    std::string h = hex(30);
    return h.substr(0, 8) + '-' + h.substr(8, 4) + "-4" + h.substr(12, 3) + "-9" + h.substr(15, 3) + '-' + h.substr(18);
  }

 private:
  static uint64_t rotate(uint64_t x, int by) { return x << by | x >> (64 - by); }
  uint64_t state_[4];
};
