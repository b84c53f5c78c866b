#!/usr/bin/env bash
# Sees to it that the named needs are there: needs.sh go git gcc libc chromium tmux make
# What is missing is installed as a Debian package, and said; where that cannot
# be done, the package is named and the script fails.
set -euo pipefail

present() {
  case $1 in
    libc) printf '#include <stdlib.h>\nint main(void){return 0;}\n' | gcc -xc -o /dev/null - 2>/dev/null ;;
    chromium) command -v chromium || command -v chromium-browser || command -v google-chrome ;;
    *) command -v "$1" ;;
  esac >/dev/null
}

package() {
  case $1 in
    libc) echo libc6-dev ;;
    *) echo "$1" ;;
  esac
}

missing=()
for need in "$@"; do
  present "$need" && continue
  if [ "$need" = go ]; then
    echo "needs: the go command is missing; install Go 1.26 or newer (https://go.dev/dl/) and run this again" >&2
    exit 1
  fi
  missing+=("$(package "$need")")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  as_root=(sudo -n)
fi
if ! command -v apt-get >/dev/null || ! "${as_root[@]}" true 2>/dev/null; then
  echo "needs: please install: ${missing[*]} (Debian's names; apt-get or the rights to use it are missing here)" >&2
  exit 1
fi

echo "needs: installing Debian packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq </dev/null
if ! "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null; then
  echo "needs: apt-get could not install: ${missing[*]}" >&2
  exit 1
fi
