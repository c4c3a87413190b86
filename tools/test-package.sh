#!/usr/bin/env bash
# Packs the package as it would be published, installs it into a copy of examples/vitest, and runs that
# project's tests, its types and the command there. Other packages come from this project, not from the network.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
tarball=$(npm pack --silent --ignore-scripts --pack-destination "$place")
cp -R examples/vitest "$place/project"
cd "$place/project"
mkdir -p node_modules
tar -xzf "$place/$tarball" -C node_modules && mv node_modules/package node_modules/finwait
# What the package itself needs is beside it, where npm would put it.
for dependency in "$root"/node_modules/*; do
  name=$(basename "$dependency")
  [ -e "node_modules/$name" ] || ln -s "$dependency" "node_modules/$name"
done
ls -l "$place/$tarball" | awk '{ print "packed size: " $5 " bytes" }'
node_modules/vitest/vitest.mjs run
# Types as Node resolves them, then as bundlers do, for which the entry for Node has a name of its own.
"$root/node_modules/.bin/tsc" --noEmit -p .
sed -i.bak "s|from 'finwait'|from 'finwait/node'|" test/captures.test.ts
"$root/node_modules/.bin/tsc" --noEmit -p . --module esnext --moduleResolution bundler
mv test/captures.test.ts.bak test/captures.test.ts
node node_modules/finwait/dist/cli.js check --init captures >/dev/null
node node_modules/finwait/dist/cli.js check captures
