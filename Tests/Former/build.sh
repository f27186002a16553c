#!/usr/bin/env bash
# The agent of an earlier version, and what the server of that version wrote and read, in .build/former: for the
# tests that versions one apart work together. Made once of this repository's history; without it the tests say so.
set -euo pipefail
cd "$(dirname "$0")/../.."
# Before instructions told of addresses, samples of accelerators, and allocations had hosts: raise it when a
# change to instructions or journals has been released.
commit=df3619695e95eadd5f7a0feb90c601c59aea1729
folder=.build/former
[ ! -e "$folder/ready-$commit" ] || exit 0
git cat-file -e "$commit^{commit}" 2>/dev/null || {
  echo "note: the history here does not go back to $commit: no tests with an earlier agent"
  exit 0
}
echo "Building the agent of an earlier version for the tests"
rm -rf "$folder"
mkdir -p "$folder/Sources/FormerServer"
git archive "$commit" Sources/{CLinux,JSONCoding,MLflowProtocol,JobProtocol,FactoryAgent} | tar -x -C "$folder"
cp Tests/Former/main.swift "$folder/Sources/FormerServer/"
cp Tests/Former/manifest.swift "$folder/Package.swift"
swift build --quiet --package-path "$folder"
cp "$folder"/.build/debug/{FactoryAgent,FormerServer} "$folder/"
touch "$folder/ready-$commit"
