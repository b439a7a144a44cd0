#!/bin/sh
# Runs the hooks of `.pre-commit-hooks.yaml`. pre-commit can install Rust programs only from a repository with one package, and
# this repository is a workspace. This script builds the program in pre-commit's clone of the pinned revision: once, and again
# only when the pin changes.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
if ! command -v cargo >/dev/null 2>&1; then
    echo "mcp-scopes: cargo is missing, which builds the hook; install Rust, or use the hooks with \`-system\`" >&2
    exit 2
fi
# The build runs there, so that the toolchain and the settings of the checked repository do not apply.
(cd "$root" && cargo build --quiet --release --locked --package mcp-scopes-cli --bin mcp-scopes --target-dir target) >&2
exec "$root/target/release/mcp-scopes" "$@"
