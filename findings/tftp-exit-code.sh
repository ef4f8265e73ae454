#!/usr/bin/env bash
# A script that downloads a file by TFTP looks at the exit code of its program.
# One would expect an exit code other than 0 when the server answers with an error.
# tftp-hpa 5.2 prints "Error code 1" for a file that is not there, and ends with exit code 0.
# Only when no server answers, its exit code is 69.
# It empties the local file of that name before it asks. So a copy of yesterday is lost as well.
# In a script, `tftp … -c get image && install image` then installs an empty image.
# curl 7.88.1 ends with exit code 68 and leaves the local file as it was. atftp 0.8.0 ends with
# exit code 255, and empties it.
# Source: RFC 1350, section 5: an ERROR message with code 1 means that the file was not found. POSIX
# lets a program that fails end with a code above 0; tftp(1) of tftp-hpa names no exit codes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# The programs, and the libraries that are missing, are unpacked here and not installed.
mkdir -p debs/partial
timeout 100 apt-get install --reinstall --download-only --no-install-recommends -y \
  -o Dir::Cache::archives="$folder/debs" -o Debug::NoLocking=1 \
  tftp-hpa=5.2+20150808-1.4 curl=7.88.1-10+deb12u15 dnsmasq-base=2.90-4~deb12u2 atftp=0.8.0-3 \
  >apt.log 2>&1 || {
  echo "apt-get could not get the programs."
  exit 2
}
for package in debs/*.deb; do dpkg -x "$package" "$(basename "$package" .deb)"; done
LD_LIBRARY_PATH=$(find "$folder" -name '*.so*' -printf '%h\n' | sort -u | paste -sd:)
export LD_LIBRARY_PATH
mkdir files
echo today >files/there
chmod -R a+rX files

cat >look.sh <<'END'
ip link set lo up
dnsmasq-*/usr/sbin/dnsmasq --no-daemon --port=0 --conf-file=/dev/null --enable-tftp \
  --tftp-root="$PWD/files" --listen-address=127.0.0.1 --bind-interfaces 2>dnsmasq.log &
server=$!
trap 'kill $server' EXIT
sleep 1

try() {
  local name=$1 code=0
  shift
  echo yesterday >got
  timeout 40 "$@" >program.log 2>&1 || code=$?
  echo "  $name: exit code $code, the local file: $([ -s got ] && cat got || echo empty)"
}
for file in there missing; do
  echo "$file"
  try tftp-hpa tftp-hpa_*/usr/bin/tftp 127.0.0.1 69 -m octet -c get "$file" got
  try curl curl_[0-9]*/usr/bin/curl -o got "tftp://127.0.0.1/$file"
  try atftp atftp_*/usr/bin/atftp --get --remote-file "$file" --local-file got 127.0.0.1 69
done
echo "no server"
try tftp-hpa tftp-hpa_*/usr/bin/tftp 127.0.0.1 6999 -m octet -c get there got
END

cat >before.txt <<'END'
there
  tftp-hpa: exit code 0, the local file: today
  curl: exit code 0, the local file: today
  atftp: exit code 0, the local file: today
missing
  tftp-hpa: exit code 0, the local file: empty
  curl: exit code 68, the local file: yesterday
  atftp: exit code 255, the local file: empty
no server
  tftp-hpa: exit code 69, the local file: empty
END
# A network of its own, where all programs end with the first one.
timeout 90 unshare --map-root-user --net --pid --fork --kill-child \
  bash -eu look.sh 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
