#!/usr/bin/env bash
# Installs what the tests need, and runs them all:
#
#   bash scripts/test.sh                         everything
#   bash scripts/test.sh ./internal/app -run X   like "go test", with the same arguments
#
# KEPT_RACE=1               looks for data races too (needs gcc; several times slower)
# KEPT_TEST_ENGINES=sqlite  leaves PostgreSQL out
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

if ! command -v go >/dev/null; then
  for dir in /usr/local/go/bin /usr/lib/go/bin "$HOME/go/bin" "$HOME/sdk/go/bin"; do
    if [ -x "$dir/go" ]; then PATH="$dir:$PATH"; fi
  done
fi
if ! command -v go >/dev/null; then
  say "Kept needs Go $(awk '$1 == "go" { print $2 }' go.mod) or newer. Get it from https://go.dev/dl/ and try again."
  exit 1
fi
# An older Go fetches the right one by itself, unless it was told not to.
if ! version=$(go version 2>&1); then
  say "$version"
  say "Kept needs Go $(awk '$1 == "go" { print $2 }' go.mod) or newer. Get it from https://go.dev/dl/ and try again."
  exit 1
fi
say "$version"

has_chromium() { command -v chromium-headless-shell || command -v chromium || command -v chromium-browser || command -v google-chrome; }
has_postgres() { command -v initdb || ls /usr/lib/postgresql/*/bin/initdb; }
has_gcc() { command -v gcc || command -v cc; }

missing=()
has_chromium >/dev/null 2>&1 || missing+=(chromium-headless-shell)
command -v strace >/dev/null || missing+=(strace) # watches the calls that make the disk keep what was acknowledged
if [ "${KEPT_TEST_ENGINES:-}" != sqlite ]; then
  has_postgres >/dev/null 2>&1 || missing+=(postgresql)
fi
if [ -n "${KEPT_RACE:-}" ]; then
  has_gcc >/dev/null 2>&1 || missing+=(gcc libc6-dev)
fi
if [ ${#missing[@]} -gt 0 ]; then
  as_root=none
  if [ "$(id -u)" = 0 ]; then
    as_root=
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
  fi
  if ! command -v apt-get >/dev/null || [ "$as_root" = none ]; then
    say "The tests need ${missing[*]}, and this user may not install them. Ask somebody who may:"
    say "    sudo apt-get install ${missing[*]}"
    say "and try again. Without PostgreSQL, on SQLite alone: KEPT_TEST_ENGINES=sqlite bash scripts/test.sh"
    exit 1
  fi
  say "Installing ${missing[*]} …"
  # The tests start PostgreSQL servers of their own; the package needs to start none.
  if ! { $as_root apt-get update -q; } >&2; then
    say "apt-get could not look for packages; what it said stands above."
    exit 1
  fi
  # Not every system has the Chromium without a window, which needs less.
  if [ -z "$(apt-cache policy chromium-headless-shell 2>/dev/null | awk '/Candidate:/ && $2 != "(none)"')" ]; then
    missing=("${missing[@]/chromium-headless-shell/chromium}")
  fi
  if ! { $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"; } >&2; then
    say "apt-get could not install ${missing[*]}; what it said stands above."
    exit 1
  fi
fi

# Tests ask their databases for the disk at each commit, as in earnest; in memory, where there is enough, that takes no time.
# Benchmarks do not come this way.
in_memory() {
  [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] &&
    [ "$(awk '/MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo)" -ge 12 ] &&
    [ "$(df -Pk /dev/shm | awk 'NR == 2 { print int($4 / 1048576) }')" -ge 8 ]
}
if in_memory; then
  dir=$(mktemp -d /dev/shm/kept-test-XXXXXX)
  trap 'rm -rf "$dir"' EXIT
  chmod 755 "$dir" # the servers of tests run as somebody else
  printf '#!/bin/sh\n' >"$dir/runs"
  chmod 755 "$dir/runs"
  if "$dir/runs" 2>/dev/null; then export TMPDIR="$dir"; fi # some systems run no program from there
fi

say "Fetching modules …"
go mod download
say "Building and testing; without a build cache this takes some minutes …"
flags=(-timeout 15m)
if [ -n "${KEPT_RACE:-}" ]; then flags+=(-race); fi
if [ $# -eq 0 ]; then set -- ./...; fi
go test "${flags[@]}" "$@"
