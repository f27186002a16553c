#!/usr/bin/env bash
# The gate: format, layering, file length, and an agent that links no shared library.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0
fail() {
  echo "check: $*" >&2
  failed=1
}

# Format.
swift format lint --strict --recursive Sources Tests Package.swift || fail "format: run 'swift format -i -r Sources Tests Package.swift'"

# What a program leaves behind in the root is easily committed.
strays=$(git ls-files | grep -v / | grep -vxE '(CHANGELOG|CONTRIBUTING|README)\.md|LICENSE|Makefile|Package\.swift|\.gitignore|\.swift-format')
[ -z "$strays" ] || fail "files in the root that do not belong there: $(echo "$strays" | head -5 | xargs)"

# Layering: a library comes only where its role is.
importers() { grep -lE "^(public |internal |package |@preconcurrency |@testable )*import $1\b" -r Sources; }
stray() { # stray MODULE PATTERN: files that import it and do not match
  importers "$1" | grep -vE "$2"
}
[ -z "$(stray 'GRDB(SQLite)?' '(Record|Store|Migrations)\.swift$|^Sources/Basics/Database/')" ] \
  || fail "GRDB outside records, stores and migrations: $(stray 'GRDB(SQLite)?' '(Record|Store|Migrations)\.swift$|^Sources/Basics/Database/' | xargs)"
[ -z "$(stray 'Hummingbird\w*' '^Sources/FactoryServer/')" ] || fail "Hummingbird outside FactoryServer: $(stray 'Hummingbird\w*' '^Sources/FactoryServer/' | xargs)"
[ -z "$(stray ArgumentParser '^Sources/FactoryCLI/')" ] || fail "ArgumentParser outside FactoryCLI"
grep -lE '^(public |internal )?import Foundation' -r Sources/JSONCoding Sources/MLflowProtocol Sources/JobProtocol Sources/FactoryAgent && fail "Foundation in what the agent links"

# Each target imports only lower ones: the order of the manifest's list is the order of the layers.
layers=(JSONCoding MLflowProtocol JobProtocol Basics API Compute DataPipelines Optimization Engines Experimentation Training Serving Workflows FactoryServer FactoryCLI)
for i in "${!layers[@]}"; do
  for j in "${!layers[@]}"; do
    [ "$j" -gt "$i" ] || continue
    found=$(grep -lE "^(public |internal )?import ${layers[$j]}\$" -r "Sources/${layers[$i]}" 2>/dev/null)
    [ -z "$found" ] || fail "${layers[$i]} imports the higher ${layers[$j]}: $(echo "$found" | xargs)"
  done
done

# Size: a file over 500 lines holds a second idea, unless the list gives a reason.
while read -r lines file; do
  [ "$file" = total ] && continue
  [ "$lines" -gt 500 ] || continue
  grep -q "^$file " Scripts/long-files.txt 2>/dev/null || fail "$file has $lines lines (500 are the most; see Scripts/long-files.txt)"
done < <(git ls-files -z '*.swift' '*.c' '*.h' '*.py' '*.sh' | xargs -0 wc -l)

# The agent runs on any distribution's nodes.
for agent in .build/debug/aifactory-agent .build/release/aifactory-agent; do
  [ -e "$agent" ] || continue
  if ldd "$agent" >/dev/null 2>&1; then fail "$agent links shared libraries"; fi
done

[ "$failed" = 0 ] && echo "check: format, layering and length hold"
exit "$failed"
