#!/bin/sh
# Installs all that the product needs on a bare Debian 12+ or Ubuntu; quick when everything is there already.
#   requirements/setup.sh run    what `make run` needs
#   requirements/setup.sh dev    the same and what `make test`, `make check` and the notebooks need
#   requirements/setup.sh bench  other software that `make bench` measures beside ours, in .venv-bench; never shipped
set -eu
cd "$(dirname "$0")/.."
group=${1:?"usage: requirements/setup.sh run|dev|bench"}

say() { printf '%s\n' "set-up: $*" >&2; }
fail() { say "$*"; exit 1; }

# --- Python ---------------------------------------------------------------------------------------------------------
python=""
for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
    [ -n "$candidate" ] || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$candidate; break; fi
done
[ -n "$python" ] || fail "Python 3.11 or newer is needed and was not found. Install it, or name it: PYTHON=/path/to/python3 make run"

# --- system packages ------------------------------------------------------------------------------------------------
have_postgis() {
    [ -n "${TONO_DATABASE_URL:-}" ] && return 0
    for bin in /usr/lib/postgresql/*/bin; do
        version=$(basename "$(dirname "$bin")")
        [ -x "$bin/initdb" ] && [ -e "/usr/share/postgresql/$version/extension/postgis.control" ] && return 0
    done
    return 1
}
have_package() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

missing=""
want() { have_package "$1" || missing="$missing $1"; }
if [ "$group" != bench ] && command -v dpkg-query >/dev/null 2>&1; then
    have_postgis || missing="$missing postgresql-postgis"
    "$python" -c 'import ensurepip, venv' 2>/dev/null || want python3-venv
    want ca-certificates
    want libatomic1        # Node.js, which fetches Leaflet at set-up
    want fonts-noto-cjk    # the report as PDF carries its letters within
    for library in libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; do want "$library"; done
    if [ "$group" = dev ]; then
        # Chromium without its windows starts and draws in half the time; where it is not packaged, the whole one will do.
        command -v chromium-headless-shell >/dev/null 2>&1 || command -v chromium >/dev/null 2>&1 || missing="$missing chromium-headless-shell"
    fi
fi
if [ -n "$missing" ]; then
    as_root=""
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null 2>&1 || fail "These packages are missing and only root can install them:$missing. Ask for: apt-get install --no-install-recommends$missing — or use containers: docker compose -f docker/compose.yaml up"
        as_root=sudo
    fi
    say "installing system packages:$missing"
    # Debian would start a cluster of its own on port 5432; ours is private, so that one is not wanted.
    if ! [ -e /etc/postgresql-common/createcluster.conf ]; then
        $as_root mkdir -p /etc/postgresql-common/createcluster.d
        echo "create_main_cluster = false" | $as_root tee /etc/postgresql-common/createcluster.d/no-main.conf >/dev/null
    fi
    told=$(mktemp)
    $as_root apt-get update -q >"$told" 2>&1 || say "the package lists could not be refreshed; trying with the old ones"
    apt-cache show chromium-headless-shell >/dev/null 2>&1 || missing=$(printf '%s' "$missing" | sed 's/chromium-headless-shell/chromium/')
    # shellcheck disable=SC2086  # the list is meant to be split
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing >"$told" 2>&1 || {
        cat "$told" >&2
        fail "apt-get could not install:$missing. Install them by hand, or use containers: docker compose -f docker/compose.yaml up"
    }
    rm -f "$told"
fi

# --- Python packages, exactly as locked -----------------------------------------------------------------------------
digest() { cat "$@" | sha256sum | cut -d' ' -f1; }
venv=.venv
[ "$group" = bench ] && venv=.venv-bench
stamp=$venv/installed-$group
lock=$(digest requirements/setup.txt requirements/"$group".txt pyproject.toml)
if [ "$(cat "$stamp" 2>/dev/null)" != "$lock" ]; then
    [ -x $venv/bin/python ] || "$python" -m venv $venv
    say "installing Python packages (about a minute the first time)"
    $venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/setup.txt
    into="--quiet --python $venv/bin/python"
    # shellcheck disable=SC2086  # the list is meant to be split
    UV_COMPILE_BYTECODE=1 $venv/bin/uv pip install $into --require-hashes -r requirements/"$group".txt
    # shellcheck disable=SC2086
    $venv/bin/uv pip install $into --no-deps --no-build-isolation -e .
    echo "$lock" > "$stamp"
fi

# --- the inner loops as machine code, so that no request waits for the compiler ----------------------------------------
stamp=$venv/compiled
lock=$(find geo -name '*.py' | sort | xargs cat requirements/"$group".txt | sha256sum | cut -d' ' -f1)
if [ "$(cat "$stamp" 2>/dev/null)" != "$lock" ]; then
    say "compiling the inner loops (a minute or two the first time)"
    find geo -name '*.nb[ic]' -delete  # one file's code is not renewed when another file that it calls into changes
    $venv/bin/python -m geo
    echo "$lock" > "$stamp"
fi
[ "$group" = bench ] && exit 0

# --- Leaflet and the other files of the pages, exactly as locked ------------------------------------------------------
stamp=app/web/node_modules/installed
lock=$(digest app/web/package-lock.json app/web/vendor.json)
checks=""  # what checks the scripts is not needed to run them, and does no harm where it is there
[ "$group" = run ] && checks="--omit=dev"
there=$(cat "$stamp" 2>/dev/null || true)
if ! { [ "$there" = "$lock" ] || [ "$there" = "$lock$checks" ]; } || ! [ -d app/web/static/vendor ]; then
    say "installing the files of the pages (Leaflet)"
    (cd app/web && PATH="$PWD/../../.venv/bin:$PATH" npm ci --ignore-scripts --no-audit --no-fund --silent $checks)
    .venv/bin/python -m app.web.vendor
    echo "$lock$checks" > "$stamp"
fi
