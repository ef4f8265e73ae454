#!/usr/bin/env bash
# A TFTP client may ask for the size of a file before it comes: the option tsize with the value 0.
# One would expect to download an empty file, of which the server says that its size is 0.
# curl 7.88.1 asks for the size by itself, and takes the right answer for an error.
# It ends with exit code 71, leaves no file, and tells the server nothing.
# Its message is about getpeername(). With -v it says "invalid tsize -:0:- value in OACK packet".
# So it cannot get an empty file from dnsmasq 2.90 or atftpd 0.8.0, and not from tftpd-hpa either.
# With --tftp-no-options it can, and a file of one byte comes either way.
# atftp 0.8.0 asks each of them for the size when told so, and gets the empty file.
# It matters for flag files, and for scripts that fetch a list of files that may be empty.
# Source: RFC 2349, "Transfer Size Option Specification": the size of the file is returned in the
# OACK. No size is excluded; RFC 1350, section 6: a file ends with a block of 0 to 511 bytes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# The programs, and the libraries that are missing, are unpacked here and not installed.
mkdir -p debs/partial
timeout 100 apt-get install --reinstall --download-only --no-install-recommends -y \
  -o Dir::Cache::archives="$folder/debs" -o Debug::NoLocking=1 \
  curl=7.88.1-10+deb12u15 dnsmasq-base=2.90-4~deb12u2 atftpd=0.8.0-3 atftp=0.8.0-3 \
  >apt.log 2>&1 || {
  echo "apt-get could not get the programs."
  exit 2
}
for package in debs/*.deb; do dpkg -x "$package" "$(basename "$package" .deb)"; done
LD_LIBRARY_PATH=$(find "$folder" -name '*.so*' -printf '%h\n' | sort -u | paste -sd:)
export LD_LIBRARY_PATH
mkdir files
: >files/empty
printf x >files/byte
chmod -R a+rX files

cat >look.sh <<'END'
ip link set lo up
dnsmasq-*/usr/sbin/dnsmasq --no-daemon --port=0 --conf-file=/dev/null --enable-tftp \
  --tftp-root="$PWD/files" --listen-address=127.0.0.1 --bind-interfaces 2>dnsmasq.log &
servers=$!
atftpd_*/usr/sbin/atftpd --daemon --no-fork --user root.root --port 6902 \
  --bind-address 127.0.0.1 "$PWD/files" 2>atftpd.log &
servers="$servers $!"
trap 'kill $servers' EXIT
sleep 1

try() {
  local name=$1
  shift
  rm -f got
  if timeout 10 "$@" >program.log 2>&1; then
    echo "  $name: $(wc -c <got) bytes"
  else
    echo "  $name: exit code $?, $(ls got 2>/dev/null || echo no file)"
  fi
}
for server in "dnsmasq 69" "atftpd 6902"; do
  read -r name port <<<"$server"
  echo "$name"
  for file in byte empty; do
    try "curl, $file" curl_[0-9]*/usr/bin/curl -o got "tftp://127.0.0.1:$port/$file"
    try "curl --tftp-no-options, $file" \
      curl_[0-9]*/usr/bin/curl --tftp-no-options -o got "tftp://127.0.0.1:$port/$file"
    try "atftp with tsize, $file" atftp_*/usr/bin/atftp --option "tsize 0" --get \
      --remote-file "$file" --local-file got 127.0.0.1 "$port"
  done
done
END

cat >before.txt <<'END'
dnsmasq
  curl, byte: 1 bytes
  curl --tftp-no-options, byte: 1 bytes
  atftp with tsize, byte: 1 bytes
  curl, empty: exit code 71, no file
  curl --tftp-no-options, empty: 0 bytes
  atftp with tsize, empty: 0 bytes
atftpd
  curl, byte: 1 bytes
  curl --tftp-no-options, byte: 1 bytes
  atftp with tsize, byte: 1 bytes
  curl, empty: exit code 71, no file
  curl --tftp-no-options, empty: 0 bytes
  atftp with tsize, empty: 0 bytes
END
# A network of its own, where all programs end with the first one.
timeout 50 unshare --map-root-user --net --pid --fork --kill-child \
  bash -eu look.sh 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
