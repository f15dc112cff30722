#!/bin/sh
# Tries install.sh in clean Debian systems: installs, installs again, and removes. Run by `make test-install`; needs
# root, debootstrap and some minutes for each release, and leaves nothing behind.
#
#   sh packaging/test_install.sh [RELEASE...]     by default bookworm and trixie
#
# ROOTS=DIR keeps the unpacked systems there, so that the next run need not fetch them again.
set -eu

source=$(cd "$(dirname "$0")/.." && pwd)
mirror=${MIRROR:-http://deb.debian.org/debian}

skip() {
    echo "test_install.sh is skipped: $*"
    exit 0
}
[ "$(id -u)" -eq 0 ] || skip "it needs root, to unpack a system and run in it"
command -v debootstrap >/dev/null || skip "debootstrap is not installed (apt-get install debootstrap)"
unshare --mount --pid --fork true 2>/dev/null || skip "namespaces are not allowed here"

if [ "${1:-}" = --inside ]; then
    # In a mount and process namespace of its own, which takes mounts and processes with it when it ends.
    root=$2
    mount --make-rprivate /
    mount -t proc proc "$root/proc"
    mount --bind /dev "$root/dev"
    mount -t tmpfs tmpfs "$root/run"
    [ ! -f "$root/usr/local/bin/systemctl" ] || mkdir -p "$root/run/systemd/system"
    shift 2
    exec chroot "$root" /usr/bin/env "$@"
fi

work=$(mktemp -d /tmp/voiceguide-install.XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

failed() {
    echo "FAILED ($release): $*" >&2
    [ ! -f "$work/log" ] || tail -n 40 "$work/log" >&2
    exit 1
}
# Which index and certificates pip is to use on this machine holds in the other system, too.
inside() {
    unshare --mount --pid --fork sh "$0" --inside "$root" -i LANG=C.UTF-8 PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        ${PIP_INDEX_URL:+PIP_INDEX_URL="$PIP_INDEX_URL"} PIP_CERT=/etc/machine-certificates.crt COLUMNS=160 \
        "$@" >"$work/log" 2>&1 </dev/null
}
as_tester() { inside runuser -u tester -- env HOME="$home" USER=tester "$@"; }
says() { grep -qF -- "$1" "$work/log" || failed "it did not say: $1"; }
# A link points to a place in the other system.
there() { [ -e "$root$1" ] || [ -L "$root$1" ] || failed "$1 is missing"; }
gone() { if [ -e "$root$1" ] || [ -L "$root$1" ]; then failed "$1 is still there"; fi; }

# No systemd runs in such a system, so programs of its names stand in for it and write down what they are told.
pretend_systemd() {
    for program in systemctl loginctl; do
        printf '#!/bin/sh\necho "%s $*" >>/var/tmp/told\n' "$program" >"$root/usr/local/bin/$program"
        chmod 755 "$root/usr/local/bin/$program"
    done
    : >"$root/var/tmp/told"
    chmod 666 "$root/var/tmp/told"
}
was_told() {
    grep -v -e show-environment -e is-enabled "$root/var/tmp/told" >"$work/told" || true
    printf '%s\n' "$@" | diff - "$work/told" >&2 || failed "systemd was told something else"
    : >"$root/var/tmp/told"
}

clean_system() {
    base=${ROOTS:-$work}/$release-base
    if [ ! -d "$base" ]; then
        debootstrap --variant=minbase "$release" "$base.part" "$mirror" >"$work/log" 2>&1 || failed "debootstrap"
        mv "$base.part" "$base"
    fi
    root=$work/$release
    cp -a "$base" "$root"
    # How this machine reaches its package sources.
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
    cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/machine-certificates.crt"
    cp /etc/apt/apt.conf.d/* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
    # Scripts that only the other machine has must not be called.
    grep -lE 'Post-Invoke|Pre-Install|Pre-Invoke|Update-' "$root"/etc/apt/apt.conf.d/* | xargs -r rm -f
    inside useradd --create-home --shell /bin/sh tester || failed "useradd"
    home=/home/tester
    mkdir -p "$root$home/voiceguide"
    (cd "$source" && git ls-files -z --cached --others --exclude-standard |
        tar --null --ignore-failed-read -T - -cf - 2>/dev/null) |
        tar -C "$root$home/voiceguide" -xf -
    chmod -R a+rX "$root$home"
}

try() {
    release=$1
    echo "== $release: a clean system"
    clean_system
    data=$home/.local/share/voiceguide
    install=$home/voiceguide/packaging/install.sh
    lock=$home/voiceguide/packaging/lock

    inside sh "$install" && failed "as root without --user it must say for whom"
    says "say for whom"
    inside sh "$install" --user nobody-of-this-name && failed "for a user who is not there"
    says "there is no user"

    echo "== $release: install"
    inside sh "$install" --user tester || failed "the first installation"
    grep -Eq '^Python +good' "$work/log" || failed "doctor does not like Python"
    for works in PortAudio onnxruntime Moonshine "voice detector" "echo canceller" history voice recogniser; do
        grep -Eq "^$works +good" "$work/log" || failed "doctor says of $works that it is not good"
    done
    says "No sound card was found"
    says "A session is not safe to start"
    says "voiceguide is installed"
    grep '^Python' "$work/log"
    there "$data/venv/bin/voiceguide"
    there "$home/.local/bin/voiceguide"
    [ "$(stat -c %U "$root$data/venv" 2>/dev/null || true)" != root ] || failed "the program belongs to root"
    as_tester "$home/.local/bin/voiceguide" doctor --no-words && failed "a sound card is found here"
    as_tester "$data/venv/bin/pip" install --dry-run --no-index --require-hashes -r "$lock/natural.txt" ||
        failed "something else than the locked packages is installed"

    echo "== $release: install again, for another user's systemd"
    # What somebody made themselves.
    for own in history.sqlite audible.json rehearsal/en.npz routines/mine.yaml; do
        as_tester mkdir -p "$data/$(dirname "$own")" && as_tester touch "$data/$own"
    done
    pretend_systemd
    inside sh "$install" --user tester --no-doctor || failed "the second installation"
    grep -q '^installing:' "$work/log" && failed "packages were installed twice"
    as_tester "$home/.local/bin/voiceguide" --version || failed "it does not start any more"
    there "$home/.config/systemd/user/voiceguide.service"
    there "$home/.config/systemd/user/voiceguide-last-words.service"
    was_told "loginctl enable-linger tester" "systemctl --user daemon-reload" \
        "systemctl --user enable voiceguide.service" "systemctl --user stop voiceguide.service" \
        "systemctl --user start voiceguide.service"

    echo "== $release: install as an ordinary user, with sudo"
    inside apt-get install -q -y --no-install-recommends sudo || failed "sudo"
    echo "tester ALL=(ALL) NOPASSWD: ALL" >"$root/etc/sudoers.d/tester"
    inside apt-get remove -q -y alsa-utils || failed "taking a package away"
    as_tester sh "$install" --user root && failed "an ordinary user may not install for another one"
    says "only root can install for another user"
    cp "$root$lock/home.txt" "$work/home.txt"
    sed -i 's/sha256:..../sha256:0000/' "$root$lock/home.txt"
    as_tester sh "$install" --with page,home --no-doctor && failed "a package with another hash is installed"
    says "installing: alsa-utils"
    says "could not be had as it is locked"
    as_tester "$data/venv/bin/python" -c "import paho.mqtt" && failed "a package with another hash is installed"
    cp "$work/home.txt" "$root$lock/home.txt"
    as_tester sh "$install" --with page,home --no-doctor || failed "the third installation"
    as_tester "$data/venv/bin/python" -c "import paho.mqtt, starlette, uvicorn" || failed "--with installs nothing"
    there "$home/.config/systemd/user/voiceguide.service.d/network.conf"
    was_told "loginctl enable-linger tester" "systemctl --user daemon-reload" \
        "systemctl --user enable voiceguide.service" "systemctl --user stop voiceguide.service" \
        "systemctl --user start voiceguide.service"

    echo "== $release: remove"
    as_tester sh "$install" --uninstall || failed "removing"
    gone "$data/venv"
    gone "$data/models"
    gone "$data/docs"
    gone "$home/.local/bin/voiceguide"
    gone "$home/.config/systemd/user/voiceguide.service"
    gone "$home/.config/systemd/user/voiceguide-last-words.service"
    gone "$home/.config/systemd/user/voiceguide.service.d"
    for own in history.sqlite audible.json rehearsal/en.npz routines/mine.yaml; do there "$data/$own"; done
    was_told "systemctl --user disable --now voiceguide.service" "systemctl --user daemon-reload"
    inside sh "$install" --user tester --uninstall || failed "removing twice"
    rm -rf "$root"
    echo "== $release: passed"
}

[ $# -gt 0 ] || set -- bookworm trixie
for one in "$@"; do
    try "$one"
done
