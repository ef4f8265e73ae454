#!/usr/bin/env bash
# Runs a command in the room that room.sh made: enter.sh [--keep] ROOM COMMAND…, as root.
# The command has mounts, processes and a network of its own. The network is loopback alone.
# When the command ends, the kernel ends every process that it started there (Wine's services)
# and removes the mounts. What the command writes is in memory, and is gone at the end. With
# --keep, it is written to the room.
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
