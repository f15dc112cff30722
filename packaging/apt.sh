#!/bin/sh
# Installs those of the named Debian packages that are not there yet, with sudo where needed.
set -eu

missing=""
for package in "$@"; do
    if ! dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed; then
        missing="$missing $package"
    fi
done
[ -z "$missing" ] && exit 0

if ! command -v apt-get >/dev/null; then
    echo "voiceguide needs these Debian packages or what corresponds to them here:$missing" >&2
    exit 1
fi
root=""
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "Run as root: apt-get install$missing" >&2; exit 1; }
    root="sudo"
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # a list of words on purpose
$root apt-get update -q </dev/null
# shellcheck disable=SC2086
$root apt-get install -q -y --no-install-recommends $missing </dev/null
