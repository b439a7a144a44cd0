#!/bin/sh
# What the hooks of `.pre-commit-hooks.yaml` run. pre-commit's own way to install Rust programs takes a repository that is one
# package; this one is a workspace. So the program is built here, in pre-commit's clone of the revision that is pinned: once,
# and again only when the pin moves.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
if ! command -v cargo >/dev/null 2>&1; then
    echo "mcp-scopes: cargo is missing, which builds the hook: install Rust, or use the hooks with \`-system\`" >&2
    exit 2
fi
# From there, so that neither the toolchain nor the settings of the repository that is checked take part.
(cd "$root" && cargo build --quiet --release --locked --package mcp-scopes-cli --bin mcp-scopes --target-dir target) >&2
exec "$root/target/release/mcp-scopes" "$@"
