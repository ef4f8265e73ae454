#!/usr/bin/env bash
# Runs a command in the room that room.sh made: enter.sh [--keep] ROOM COMMAND…, on Linux, as root.
# It has mounts, processes and a network of its own: loopback, and nobody else. When the command ends,
# the kernel ends each process that it left there (Wine's services), and takes the mounts away.
# What it writes is in memory, and gone at the end. With --keep, it is written to the room.
set -euo pipefail

if [ "${1:-}" != --inside ]; then
  exec unshare --mount --pid --net --fork --kill-child "$0" --inside "$@"
fi
shift
keep=false
if [ "$1" = --keep ]; then keep=true && shift; fi
root=$1/debian
shift

if ! $keep; then
  mount -t tmpfs -o size=4g tmpfs /mnt
  mkdir /mnt/{written,work,root}
  mount -t overlay -o "lowerdir=$root,upperdir=/mnt/written,workdir=/mnt/work" overlay /mnt/root
  root=/mnt/root
fi
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
ip link set lo up
exec chroot "$root" env -i PATH=/usr/lib/wine:/usr/bin:/bin HOME=/root XDG_RUNTIME_DIR=/tmp \
  WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=" "$@"
