#!/bin/sh
# Rewrites requirements/*.txt from pyproject.toml: exact versions with hashes, no address of any registry.
set -eu
cd "$(dirname "$0")/.."
uv=${UV:-.venv/bin/uv}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# uv refuses dependency groups of a project that it does not manage, so it compiles from a copy without that line.
sed '/^managed = false/d' pyproject.toml > "$work/pyproject.toml"
compile() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --no-annotate "$@"
}
compile "$work/pyproject.toml" -o requirements/run.txt
compile "$work/pyproject.toml" -c requirements/run.txt --group "$work/pyproject.toml:dev" -o requirements/dev.txt
compile -c requirements/dev.txt --group "$work/pyproject.toml:batch" -o requirements/batch.txt
compile "$work/pyproject.toml" -c requirements/run.txt --group "$work/pyproject.toml:bench" -o requirements/bench.txt
printf 'uv\nnodejs-wheel\nsetuptools\n' > "$work/setup.in"
compile "$work/setup.in" -o requirements/setup.txt
if grep -n '://' requirements/*.txt; then
    echo "An address got into a lock file (see above); remove it before committing." >&2
    exit 1
fi
