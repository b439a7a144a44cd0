#!/bin/sh
# Packs one release archive with the name and contents that `[package.metadata.binstall]` in Cargo.toml states:
#   cli/release.sh TARGET BINARIES FOLDER
# packs the programs in the folder BINARIES, built for TARGET, into an archive in FOLDER, and prints its name.
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
