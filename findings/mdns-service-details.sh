#!/usr/bin/env bash
# A service on the local network has a name for people, such as "Printer v1.2", and keys.
# One would expect a browser of services to show the name that avahi 0.8 announces, and all keys.
# bonjour-service 1.4.4 (52 million downloads a month) ends the name at its first dot: "Printer v1".
# So "Printer v1.2" and "Printer v1.3" are the same in a list. No error is thrown.
# It leaves out each key that has no value ("duplex") and each that has an empty one ("note=").
# The first means that the printer can do it, and many devices say it so.
# The service's own property fqdn has the whole name, from which one can cut off the type.
# dig shows what avahi sends: one label with the dot inside, and all four strings.
# It matters because a key is often there or not there, and that is all it says.
# Source: RFC 6763, section 4.1.1 (the name may have dots), 4.3 (they are escaped in text) and 6.4
# (a key may be without a value, or have an empty one; these are different from a missing key).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v dig >/dev/null || { echo "dig is not installed."; exit 2; }
timeout 50 npm install --ignore-scripts bonjour-service@1.4.4 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}
# The programs, and the libraries that are missing, are unpacked here and not installed.
mkdir -p debs/partial
timeout 100 apt-get install --reinstall --download-only --no-install-recommends -y \
  -o Dir::Cache::archives="$folder/debs" -o Debug::NoLocking=1 \
  avahi-daemon=0.8-10+deb12u1 >apt.log 2>&1 || {
  echo "apt-get could not get the programs."
  exit 2
}
for package in debs/*.deb; do dpkg -x "$package" .; done

cat >etc/avahi/services/printer.service <<'END'
<service-group>
  <name>Printer v1.2</name>
  <service>
    <type>_ipp._tcp</type>
    <port>631</port>
    <txt-record>rp=ipp/print</txt-record>
    <txt-record>duplex</txt-record>
    <txt-record>note=</txt-record>
    <txt-record>copies=1</txt-record>
  </service>
</service-group>
END
cat >avahi.conf <<'END'
[server]
host-name=box
allow-interfaces=lo
use-ipv6=no
enable-dbus=no
[wide-area]
enable-wide-area=no
END
# avahi reads /etc/avahi, and wants a user of its own. Both are there for this script alone.
cp /etc/nsswitch.conf etc/
sed '$a avahi:x:0:0::/:/bin/false' /etc/passwd >etc/passwd
sed '$a avahi:x:0:' /etc/group >etc/group

cat >look.mjs <<'JS'
import { Bonjour } from "bonjour-service";

const browser = new Bonjour({ interface: "127.0.0.1", bind: "0.0.0.0" });
setTimeout(() => process.exit(), 10_000);
browser.find({ type: "ipp" }, ({ name, fqdn, port, txt }) => {
  console.log(`bonjour-service: name "${name}", fqdn "${fqdn}", port ${port}`);
  console.log("bonjour-service: keys", JSON.stringify(txt));
  process.exit();
});
JS
cat >avahi.sh <<'END'
mount --bind etc /etc
mount -t tmpfs none /run
LD_LIBRARY_PATH=$(find "$PWD/usr" -name '*.so*' -printf '%h\n' | sort -u | paste -sd:) \
  exec usr/sbin/avahi-daemon -f "$PWD/avahi.conf" --no-drop-root --no-chroot --no-rlimits
END
cat >look.sh <<'END'
ip link set lo up multicast on
ip route add 224.0.0.0/4 dev lo
# A network of its own, where all programs end with the first one.
unshare --mount bash -eu avahi.sh 2>avahi.log &
server=$!
# Asks until there is an answer.
ask() {
  for _ in $(seq 20); do
    if dig +time=1 +tries=1 +noedns +short @127.0.0.1 -p 5353 "$@" >dig.txt; then break; fi
    sleep 0.2
  done
  sed 's/^/avahi, shown by dig: /' dig.txt
}
ask _ipp._tcp.local PTR
ask 'Printer\032v1\.2._ipp._tcp.local' TXT
timeout 20 node look.mjs
kill "$server"
END

cat >before.txt <<'END'
avahi, shown by dig: Printer\032v1\.2._ipp._tcp.local.
avahi, shown by dig: "rp=ipp/print" "duplex" "note=" "copies=1"
bonjour-service: name "Printer v1", fqdn "Printer v1.2._ipp._tcp.local", port 631
bonjour-service: keys {"rp":"ipp/print","copies":"1"}
END
# A network of its own, where all programs end with the first one.
timeout 50 unshare --map-root-user --net --mount --pid --fork --kill-child \
  bash -eu look.sh 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
