#!/usr/bin/env bash
# Checks that need no tests: format, go vet, staticcheck, and that the generated templates are current.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }
failed=0

say "gofmt …"
unformatted=$(git ls-files -co --exclude-standard -- '*.go' | xargs -r ls -d 2>/dev/null | xargs -r gofmt -l)
if [ -n "$unformatted" ]; then
  say "Not formatted; run gofmt -w on:"
  say "$unformatted"
  failed=1
fi

say "go vet …"
go vet ./... || failed=1

say "staticcheck …"
go tool -modfile=tools/go.mod staticcheck ./... || failed=1

say "templ …"
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r internal/web "$copy/web"
find "$copy/web" -name '*_templ.go' -delete
go tool -modfile=tools/go.mod templ generate -path "$copy/web" >"$copy/log" 2>&1 || { cat "$copy/log" >&2; failed=1; }
# The folder in which somebody ran templ stands in the file, and matters to nobody.
plain() { sed 's#FileName: `[^`]*/#FileName: `#' "$1"; }
for file in $(cd "$copy/web" && find . -name '*_templ.go'); do
  if ! cmp -s <(plain "$copy/web/$file") <(plain "internal/web/$file" 2>/dev/null); then
    say "Not current; run go tool -modfile=tools/go.mod templ generate: internal/web/${file#./}"
    failed=1
  fi
done
for file in $(cd internal/web && find . -name '*_templ.go'); do
  if [ ! -e "$copy/web/$file" ]; then
    say "Its template is gone: internal/web/${file#./}"
    failed=1
  fi
done

if [ "$failed" = 0 ]; then say "All checks hold."; fi
exit "$failed"
