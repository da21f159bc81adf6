#!/bin/sh
# Make a virtual environment and install the locked libraries and this checkout into it.
#
#   tools/environment.sh FOLDER LOCK
#
# Which index the libraries come from is the machine's affair (pip's own configuration); the lock says only which
# files are accepted. PYTHON names the interpreter; without it the first fit one on the path is taken.
set -eu

folder=$1
lock=$2

fit() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if fit "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "no Python 3.11, 3.12 or 3.13 among: ${PYTHON:-python3 python3.13 python3.12 python3.11};" \
        "install one, or name it: make PYTHON=/path/to/python3.12 ..." >&2
    exit 2
}

make_folder() {
    if "$1" -c 'import ensurepip, venv' 2>/dev/null && "$1" -m venv "$folder"; then
        return
    fi
    # Debian keeps venv and ensurepip in packages of their own.
    rm -rf "$folder"
    package=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "$1 cannot make a virtual environment; installing $package"
        apt-get install --yes --quiet "$package" >/dev/null 2>&1 ||
            { apt-get update --quiet >/dev/null 2>&1 && apt-get install --yes --quiet "$package" >/dev/null; } ||
            { echo "apt-get could not install $package; install it by hand, then try again" >&2; exit 2; }
        "$1" -m venv "$folder"
    else
        echo "$1 cannot make a virtual environment: install its venv and ensurepip modules" \
            "(on Debian and Ubuntu: sudo apt-get install $package), then try again" >&2
        exit 2
    fi
}

# A folder that is no environment of its own, was left half-made, or whose Python has gone, is made anew. Nothing is
# ever installed into a Python outside of it.
whole() {
    fit "$folder/bin/python" &&
        "$folder/bin/python" -c 'import sys, pip; sys.exit(sys.prefix == sys.base_prefix)' 2>/dev/null
}

if ! whole; then
    python=$(find_python)
    echo "making $folder with $("$python" --version)"
    rm -rf "$folder"
    make_folder "$python"
fi

whole || { echo "$folder is not a virtual environment with pip; remove it, then try again" >&2; exit 2; }
echo "installing what $lock names"
"$folder/bin/python" -m pip install -qq --disable-pip-version-check --no-input --require-hashes --requirement "$lock"
"$folder/bin/python" -m pip install -qq --disable-pip-version-check --no-input --no-deps --no-build-isolation \
    --editable .
