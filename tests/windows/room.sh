#!/usr/bin/env bash
# Makes the room in which Windows' Deno runs: room.sh ROOM DENO, on Debian (amd64), as root.
# ROOM is a folder. DENO is the Deno of this machine: the room gets the same version for Windows.
# In the room are Debian 13 (Debian 12's Wine is too old for Deno), Wine, and a Windows folder.
# What is there already is kept.
set -euo pipefail
room=$1 deno=$2
debian=$room/debian
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$room"
exec 9>"$room/lock" # one at a time
flock 9

# Debian and Wine, from where this machine gets its own packages.
if [ ! -d "$debian" ]; then
  echo "Making a room for Windows' Deno in $room: some two minutes, and 2 GB."
  command -v debootstrap >/dev/null ||
    { apt-get update && apt-get install -y --no-install-recommends debootstrap; } >/dev/null
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian')
  rm -rf "$room/unfinished"
  unshare --mount debootstrap --variant=minbase --include=wine64 \
    trixie "$room/unfinished" "${mirror%%$'\n'*}" >"$room/debootstrap.log"
  # Windows knows localhost by itself. Wine asks Debian.
  printf '127.0.0.1 localhost\n::1 localhost\n' >"$room/unfinished/etc/hosts"
  mkdir "$room/unfinished/w" # Z:\w to Windows
  mv "$room/unfinished" "$debian" # now it is finished
fi

# The Windows folder. Wine makes it at its first start. Its registry is written at the server's end.
if [ ! -f "$debian/root/.wine/system.reg" ]; then
  "$here/enter.sh" --keep "$room" sh -c 'wine64 wineboot --init && wineserver64 --wait' 2>/dev/null
fi

# Takes a program out of an npm package: program PACKAGE@VERSION FILE TO
program() {
  [ ! -f "$3" ] || return 0
  local folder
  folder=$(mktemp -d)
  (cd "$folder" && npm pack --silent "$1" >/dev/null && tar -xzf ./*.tgz)
  mv "$folder/package/$2" "$3"
  rm -r "$folder"
}

version=$("$deno" eval 'console.log(Deno.version.deno)')
program "@deno/win32-x64@$version" deno.exe "$debian/w/deno-$version.exe"
ln -sf "deno-$version.exe" "$debian/w/deno.exe"

# The packages, as Windows has them. Then esbuild, which Deno needs for the book's script. The Deno
# of this machine downloads its own esbuild, and so shows which version it needs.
export DENO_DIR=$debian/w/cache
cd "$here/../.."
for folder in . book; do
  (cd "$folder" && "$deno" install --quiet --frozen --os win32 --arch x64)
done
"$deno" bundle --quiet --output /dev/null tests/helpers.ts
for folder in "$DENO_DIR"/dl/esbuild-*; do
  version=$(basename "$folder" | grep -o '[0-9]*\.[0-9]*\.[0-9]*')
  program "@esbuild/win32-x64@$version" esbuild.exe "$folder/esbuild-win32-x64.exe"
done
