#!/usr/bin/env bash
# Fuzzes everything that parses what strangers send, KEPT_FUZZ_TIME (30s) for each.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files -- '*_test.go' | xargs grep -Ho '^func Fuzz[A-Za-z0-9_]*' | while IFS=: read -r file name; do
  go test -run '^$' -fuzz "^${name#func }\$" -fuzztime "${KEPT_FUZZ_TIME:-30s}" "./$(dirname "$file")"
done
