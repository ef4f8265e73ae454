#!/usr/bin/env bash
# dnsmasq gives a name an address with --address, and keeps a domain to itself with --local.
# One would expect an AAAA query for that name to get NOERROR and no records, as the name exists.
# With --local=/test/ and --address=/box.test/192.0.2.9 dnsmasq 2.90 answers NXDOMAIN: no such name.
# So it does for TXT, and for each other type than A.
# With --local=/box.test/, or with --host-record in the place of --address, it answers NOERROR.
# glibc 2.36 does not mind, as the A query has an answer. musl 1.2.3 asks for A and AAAA together,
# and believes the one NXDOMAIN: for programs with musl, as in Alpine, the name does not exist.
# On a Debian host all works, so the Alpine container looks broken, and not the server.
# Source: RFC 4074, section 4.2 (NXDOMAIN for AAAA: the name may be taken for nonexistent), and
# RFC 8020, section 2 (NXDOMAIN says that there is nothing of any type).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
for program in dig gcc; do
  command -v "$program" >/dev/null || { echo "$program is not installed."; exit 2; }
done
# The programs, and the libraries that are missing, are unpacked here and not installed.
mkdir -p debs/partial
timeout 100 apt-get install --reinstall --download-only --no-install-recommends -y \
  -o Dir::Cache::archives="$folder/debs" -o Debug::NoLocking=1 \
  dnsmasq-base=2.90-4~deb12u2 musl-dev=1.2.3-1 >apt.log 2>&1 || {
  echo "apt-get could not get the programs."
  exit 2
}
for package in debs/*.deb; do dpkg -x "$package" .; done

# A program that asks as all programs do, with musl.
cat >resolve.c <<'C'
#include <netdb.h>
#include <stdio.h>
int main(int count, char **names) {
  struct addrinfo *found;
  for (int i = 1; i < count; i++)
    printf("%s: %s\n", names[i], getaddrinfo(names[i], "80", 0, &found) ? "not found" : "found");
}
C
musl=$(echo usr/lib/*-linux-musl)
gcc -static -nostdlib -nostdinc -isystem usr/include/*-linux-musl -o resolve \
  "$musl/crt1.o" "$musl/crti.o" resolve.c "$musl/libc.a" "$(gcc -print-libgcc-file-name)" \
  "$musl/crtn.o"


cat >look.sh <<'END'
ip link set lo up
echo "nameserver 127.0.0.1" >resolv.conf
mount --bind resolv.conf /etc/resolv.conf
alone=(--conf-file=/dev/null --no-resolv --no-hosts --listen-address=127.0.0.1 --bind-interfaces)

show() {
  echo "$@"
  LD_LIBRARY_PATH=$(echo usr/lib/*-linux-gnu) usr/sbin/dnsmasq --no-daemon \
    "${alone[@]}" "$@" 2>dnsmasq.log &
  local server=$! type
  for _ in $(seq 50); do
    if dig +short +time=1 +tries=1 @127.0.0.1 box.test >dig.log; then break; fi
    sleep 0.1
  done
  for type in A AAAA TXT; do
    echo "  $type: $(dig @127.0.0.1 box.test "$type" | grep -o 'status: [A-Z]*')"
  done
  echo "  glibc: box.test: $(getent ahosts box.test >found.log && echo found || echo not found)"
  echo "  musl: $(./resolve box.test)"
  kill "$server"
  wait "$server" || true
}
show --address=/box.test/192.0.2.9 --local=/test/
show --address=/box.test/192.0.2.9 --local=/box.test/
show --host-record=box.test,192.0.2.9 --local=/test/
END

cat >before.txt <<'END'
--address=/box.test/192.0.2.9 --local=/test/
  A: status: NOERROR
  AAAA: status: NXDOMAIN
  TXT: status: NXDOMAIN
  glibc: box.test: found
  musl: box.test: not found
--address=/box.test/192.0.2.9 --local=/box.test/
  A: status: NOERROR
  AAAA: status: NOERROR
  TXT: status: NOERROR
  glibc: box.test: found
  musl: box.test: found
--host-record=box.test,192.0.2.9 --local=/test/
  A: status: NOERROR
  AAAA: status: NOERROR
  TXT: status: NOERROR
  glibc: box.test: found
  musl: box.test: found
END
# A network of its own, where all programs end with the first one.
timeout 40 unshare --map-root-user --net --mount --pid --fork --kill-child \
  bash -eu look.sh 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
