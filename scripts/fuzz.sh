#!/bin/sh
# Fuzzes parsing and splicing for SECONDS (default 60), with the address sanitizer. Finds are left in .build-fuzz/.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
build=.build-fuzz
mkdir -p "$build/corpus"
cxx=$(dirname "$(readlink -f "$(command -v swiftc)")")/clang++
command -v "$cxx" >/dev/null 2>&1 || cxx=clang++
"$cxx" -std=c++17 -O1 -g -fsanitize=address,fuzzer-no-link -ISources/CSimdjson/include \
  -c Sources/CSimdjson/Parser.cpp -o "$build/Parser.o"
cat >"$build/module.modulemap" <<EOF
module CSimdjson { header "$PWD/Sources/CSimdjson/include/CSimdjson.h" export * }
EOF
swiftc -swift-version 6 -parse-as-library -O -g -sanitize=fuzzer,address \
  -enable-upcoming-feature InternalImportsByDefault -Xcc -fmodule-map-file="$build/module.modulemap" -package-name weir \
  Sources/AlertModel/*.swift Tests/Fuzzing/AlertModelFuzzer.swift "$build/Parser.o" -lsimdjson -lstdc++ \
  -module-name AlertModelFuzzer -o "$build/fuzzer"
[ -n "$(ls "$build/corpus")" ] || {
  printf '{"a":{"b":[1,{"c":null}]},"cloud":{"account":{}}}' >"$build/corpus/nested"
  printf '{"cloud.account.id":"\\ud800\\u00e9","weir":1e400,"a":"\\\\"}' >"$build/corpus/dotted"
  printf '{"weir":{"suppression.entry":1,"suppression":{}},"weir.suppression":[{"entry":"x"}]}' >"$build/corpus/forged"
  printf '{\n "cloud" : [ {} ] , "weir" : { "alert_id" : null } }' >"$build/corpus/spaced"
}
# Swift keeps its globals for ever, which looks like a leak.
ASAN_OPTIONS=detect_leaks=0 "$build/fuzzer" -max_total_time="$seconds" -artifact_prefix="$build/" -print_final_stats=1 "$build/corpus"
