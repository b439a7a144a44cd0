#!/bin/sh
# Packs one release archive, as `[package.metadata.binstall]` in Cargo.toml says where to find it and what is in it:
#   cli/release.sh TARGET BINARIES FOLDER
# packs the programs of the folder BINARIES, which were built for TARGET, into an archive in FOLDER and prints its name.
set -eu
target=$1 binaries=$2 folder=$3
root=$(cd "$(dirname "$0")/.." && pwd)
name=mcp-scopes-cli-$target
case $target in
*-windows-*) exe=.exe ;;
*) exe= ;;
esac
mkdir -p "$folder/$name"
cp "$binaries/mcp-scopes$exe" "$binaries/cargo-mcp-scopes$exe" "$folder/$name/"
cp "$root/README.md" "$root/CHANGELOG.md" "$root/LICENSE-APACHE" "$root/LICENSE-MIT" "$folder/$name/"
tar -czf "$folder/$name.tgz" -C "$folder" "$name"
rm -r "${folder:?}/$name"
echo "$folder/$name.tgz"
