#!/bin/sh
# Installs voiceguide for one user of a Debian system such as Raspberry Pi OS, from the clone this script lies in.
# Run it again to update: what is there already is kept. `install.sh --help` tells the rest.
set -eu

usage() {
    cat <<'END'
Usage: sh packaging/install.sh [--user NAME] [--with PARTS] [--no-service] [--no-doctor]
       sh packaging/install.sh --uninstall [--user NAME]

Run it as the user the guide is to run as; sudo asks for a password where Debian packages are missing. As root, say
for whom with --user.

  --user NAME    install for this user (as root only)
  --with PARTS   also install what these need, by commas: page (a page for a phone), home (home automation), gpio (a
                 light and a button at a Pi's pins), korean (the Korean model). With page or home the service may
                 use the network.
  --newest       install the newest packages that may do, in place of the ones that were tried and whose hashes are
                 in packaging/lock
  --no-service   do not set up the service that starts the guide with the machine
  --no-doctor    do not look at the end whether everything works
  --uninstall    remove the program, its models, its rendered speech and the service; the history, rehearsed words,
                 own routines and settings stay
  --help         this text

What goes where:
  ~/.local/share/voiceguide/venv     the program. In the home folder, because it needs no root there: an update
                                     cannot break the system, and removing the user removes it.
  ~/.local/share/voiceguide          models, history, rehearsed words, own routines
  ~/.local/bin/voiceguide            a link to the program
  ~/.local/share/voiceguide/docs     the documentation
  ~/.config/systemd/user             the service
END
}

say() { printf '%s\n' "$*"; }
step() { printf '\n==> %s\n' "$*"; }
fail() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

source=$(cd "$(dirname "$0")/.." && pwd)
user="" extras=natural
service=yes doctor=yes action=install locked=yes
arguments=""
while [ $# -gt 0 ]; do
    case $1 in
    --user)
        [ $# -ge 2 ] || fail "--user needs a name"
        user=$2
        shift
        ;;
    --with)
        [ $# -ge 2 ] || fail "--with needs names, such as page,home"
        case ,$2, in
        *[!a-z,]* | *,,*) fail "--with needs names, such as page,home" ;;
        esac
        for part in $(echo "$2" | tr , ' '); do
            case $part in
            page | home | gpio | korean) ;;
            *) fail "there is no part $part; there are page, home, gpio and korean" ;;
            esac
        done
        extras=$extras,$2 arguments="$arguments --with $2"
        shift
        ;;
    --newest) locked=no arguments="$arguments $1" ;;
    --no-service) service=no arguments="$arguments $1" ;;
    --no-doctor) doctor=no arguments="$arguments $1" ;;
    --uninstall) action=uninstall arguments="$arguments $1" ;;
    --help | -h)
        usage
        exit 0
        ;;
    *)
        usage >&2
        fail "there is no option $1"
        ;;
    esac
    shift
done

# --- as root: Debian packages, then everything else as the user --------------------------------------------------

packages() {
    # shellcheck disable=SC2046 # a list of words on purpose
    sh "$source/packaging/apt.sh" $(sed -n 's/^run: //p' "$source/packaging/apt-packages.txt")
}

has_systemd() { [ -d /run/systemd/system ] && command -v systemctl >/dev/null; }

if [ "$(id -u)" -eq 0 ] && [ "${VOICEGUIDE_INSTALLS_FOR:-}" != root ]; then
    user=${user:-${SUDO_USER:-}}
    [ -n "$user" ] || fail "say for whom: sh packaging/install.sh --user NAME"
    id "$user" >/dev/null 2>&1 || fail "there is no user $user"
    if [ "$action" = install ]; then
        step "Debian packages"
        packages
        if [ "$service" = yes ] && has_systemd; then
            # Also starts the user's own systemd, which the service is set up in.
            loginctl enable-linger "$user"
        fi
    fi
    home=$(getent passwd "$user" | cut -d: -f6)
    runuser -u "$user" -- test -r "$source/pyproject.toml" ||
        fail "$user may not read $source; move the clone to where they may, such as $home"
    # Variables that pip needs behind a proxy or a mirror go along; the folders are the user's own.
    # shellcheck disable=SC2086 # a list of words on purpose
    exec runuser -u "$user" -- env HOME="$home" USER="$user" LOGNAME="$user" \
        XDG_RUNTIME_DIR="/run/user/$(id -u "$user")" VOICEGUIDE_INSTALLS_FOR="$user" \
        sh "$source/packaging/install.sh" $arguments
fi

# --- as the user -------------------------------------------------------------------------------------------------

[ -z "$user" ] || [ "$user" = "$(id -un)" ] || fail "only root can install for another user"
user=$(id -un)
data=$HOME/.local/share/voiceguide
venv=$data/venv
link=$HOME/.local/bin/voiceguide
units=$HOME/.config/systemd/user
unit=voiceguide.service
last_words=voiceguide-last-words.service
as_root=no
[ -z "${VOICEGUIDE_INSTALLS_FOR:-}" ] || as_root=yes

# Whether this user's systemd can be asked: not over su, in a container or without lingering.
has_user_systemd() { has_systemd && systemctl --user show-environment >/dev/null 2>&1; }

uninstall() {
    step "Removing voiceguide for $user"
    if has_user_systemd; then
        systemctl --user disable --now "$unit" 2>/dev/null || true
    fi
    rm -f "$units/$unit" "$units/$last_words" "$units/$unit.d/network.conf"
    rmdir "$units/$unit.d" 2>/dev/null || true
    if has_user_systemd; then
        systemctl --user daemon-reload
    fi
    if [ "$(readlink "$link" 2>/dev/null)" = "$venv/bin/voiceguide" ]; then
        rm -f "$link"
    fi
    rm -rf "$venv" "$data/docs" "$data/models" "$data/locks" "$HOME/.cache/voiceguide"
    rm -f "$data/history.sqlite.lock"
    # Only if nothing is left in it.
    rmdir "$data" 2>/dev/null || say "Kept: what you made yourself, in $data:" "$(cd "$data" && echo ./*)"
    say "Debian packages stay, others may need them; so does lingering (sudo loginctl disable-linger $user)."
}

# Nothing else can be built with than what is in the environment, so that is locked as well.
pip_install() {
    "$venv/bin/pip" install --quiet --disable-pip-version-check --no-build-isolation "$@"
}

# What the program needs: the very files that were tried, by their hashes, or the newest that may do.
dependencies() {
    if [ "$locked" = no ]; then
        pip_install --upgrade "hatchling>=1.25" setuptools wheel
        pip_install --upgrade "${source}[$extras]"
        return
    fi
    set --
    for part in $(echo "$extras" | tr , ' '); do
        set -- "$@" --requirement "$source/packaging/lock/$part.txt"
    done
    { pip_install --require-hashes --requirement "$source/packaging/lock/build.txt" &&
        pip_install --require-hashes "$@"; } ||
        fail "a package could not be had as it is locked. When the network works, a newer version of voiceguide may
help, or --newest, which takes the newest packages and has not been tried with them"
}

program() {
    step "The program (the first time this takes some minutes)"
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "Python 3.11 or newer is needed: Raspberry Pi OS Bookworm or newer"
    python3 -c 'import platform, sys; sys.exit(platform.machine() not in ("x86_64", "aarch64") or sys.maxsize < 2**32)' ||
        fail "a 64-bit system on a PC or an ARM machine is needed: the English model has no package for others"
    mkdir -p "$data" "$(dirname "$link")"
    # One whose Python went away with an upgrade of the system is made anew.
    if ! "$venv/bin/python" -c '' 2>/dev/null; then
        rm -rf "$venv"
        python3 -m venv "$venv"
    fi
    dependencies
    # The version may be the same as before and the code another one: the last copy wins.
    pip_install --no-deps --force-reinstall "$source"
    if [ -e "$link" ] && [ "$(readlink "$link")" != "$venv/bin/voiceguide" ]; then
        say "$link is something else and stays; the program is $venv/bin/voiceguide."
    else
        ln -sf "$venv/bin/voiceguide" "$link"
    fi
    rm -rf "$data/docs"
    cp -R "$source/docs" "$data/docs"
    "$venv/bin/voiceguide" --version
}

user_service() {
    step "The service"
    if [ ! -f "$source/packaging/$unit" ]; then
        say "This version has none: start a session with voiceguide run."
        return
    fi
    mkdir -p "$units"
    cp "$source/packaging/$unit" "$source/packaging/$last_words" "$units/"
    case ,$extras, in
    *,page,* | *,home,*)
        mkdir -p "$units/$unit.d"
        cp "$source/packaging/network.conf" "$units/$unit.d/network.conf"
        say "It may use the network, for the page or home automation."
        ;;
    esac
    if ! has_user_systemd; then
        say "systemd does not answer for $user, so nothing starts the guide by itself. Where it does, later:"
        say "  sudo loginctl enable-linger $user; systemctl --user enable --now $unit"
        return
    fi
    if [ "$as_root" = no ] && ! loginctl enable-linger "$user" 2>/dev/null; then
        sudo loginctl enable-linger "$user" || say "Lingering is off: the guide will stop when $user logs out."
    fi
    systemctl --user daemon-reload
    systemctl --user enable "$unit"
    # It would listen to the microphone while doctor tries it.
    systemctl --user stop "$unit"
    started=yes
}

look() {
    step "Does everything work?"
    # Nobody is there to be asked for words yet.
    "$venv/bin/voiceguide" doctor --no-words || healthy=no
}

if [ "$action" = uninstall ]; then
    uninstall
    exit 0
fi
started=no healthy=yes
if [ "$as_root" = no ]; then
    step "Debian packages"
    packages
fi
program
[ "$service" = no ] || user_service
[ "$doctor" = no ] || look
[ "$started" = no ] || systemctl --user start "$unit"
step "voiceguide is installed"
if [ "$healthy" = no ]; then
    say "Something above fails. Put it right, then look again: voiceguide doctor"
else
    say "Lie down where you will practise, and let the guide try whether it hears you: voiceguide doctor"
fi
case ":$PATH:" in
*":$HOME/.local/bin:"*) ;;
*) say "The command is found after the next login; until then it is $link" ;;
esac
