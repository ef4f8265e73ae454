#!/usr/bin/env bash
# A DNS answer has a code of 4 bits: NOERROR, NXDOMAIN and so on. EDNS adds 8 bits above them.
# So BADVERS, 16, is 1 in EDNS and 0 in the header. BADCOOKIE, 23, is 1 and 7.
# One would expect the name of the whole code from dns-packet 5.6.1 (64 million downloads a month).
# It gives the name of the lower 4 bits alone. So BADVERS is read as NOERROR, with no records.
# To a program that means: the name exists, and it has no address. No error is thrown.
# BADCOOKIE is read as YXRRSET, "a record exists that should not", which belongs to updates.
# The upper bits are in the OPT record, as extendedRcode. A program with a name looks no further.
# dig shows the whole code, and so do dns2 3.0.0 and native-dns-packet 0.1.1 (in edns.rcode).
# It matters because an answer that says no looks like an empty one.
# The server is nsd 4.6.1, which is asked with EDNS version 1. BADCOOKIE is written into its answer.
# Source: RFC 6891, section 6.1.3 (the upper 8 bits of the code, and BADVERS); RFC 7873, section 8
# (BADCOOKIE is 23); RFC 2136, section 2.2 (YXRRSET).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v dig >/dev/null || { echo "dig is not installed."; exit 2; }
timeout 50 npm install --ignore-scripts \
  dns-packet@5.6.1 dns2@3.0.0 native-dns-packet@0.1.1 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}
# The programs, and the libraries that are missing, are unpacked here and not installed.
mkdir -p debs/partial
timeout 100 apt-get install --reinstall --download-only --no-install-recommends -y \
  -o Dir::Cache::archives="$folder/debs" -o Debug::NoLocking=1 nsd=4.6.1-1 >apt.log 2>&1 || {
  echo "apt-get could not get the programs."
  exit 2
}
for package in debs/*.deb; do dpkg -x "$package" .; done

cat >nsd.conf <<END
server:
  ip-address: 127.0.0.1@15353
  username: ""
  zonesdir: "$folder"
  database: ""
  pidfile: "$folder/pid"
  xfrdfile: "$folder/xfrd"
  xfrdir: "$folder"
  zonelistfile: "$folder/list"
  logfile: "$folder/log"
remote-control:
  control-enable: no
zone:
  name: "test"
  zonefile: "test.zone"
END
cat >test.zone <<'END'
$ORIGIN test.
@ 3600 IN SOA ns.test. host.test. 1 3600 600 86400 60
@ 3600 IN NS ns.test.
ns 3600 IN A 192.0.2.1
box 3600 IN A 192.0.2.9
END

cat >look.mjs <<'JS'
import dgram from "node:dgram";
import { once } from "node:events";
import packet from "dns-packet";
import dns2 from "dns2";
import native from "native-dns-packet";

function show(title, bytes) {
  const { rcode, answers } = packet.decode(bytes);
  const codes = `dns2 ${dns2.Packet.parse(bytes).header.rcode}, native-dns-packet`;
  console.log(title);
  console.log(`  dns-packet: ${rcode}, ${answers.length} records`);
  console.log(`  ${codes} ${native.parse(bytes).edns.rcode}`);
}

const socket = dgram.createSocket("udp4");
async function ask(ednsVersion) {
  const edns = { type: "OPT", name: ".", ednsVersion, udpPayloadSize: 1232 };
  const questions = [{ type: "A", name: "box.test" }];
  socket.send(packet.encode({ id: 7, questions, additionals: [edns] }), 15353, "127.0.0.1");
  const [bytes] = await once(socket, "message");
  return bytes;
}

show("EDNS version 0", await ask(0));
const answer = await ask(1);
show("EDNS version 1: BADVERS, 16", answer);
answer[3] |= 7;
show("the same with BADCOOKIE, 23", answer);
process.exit();
JS
cat >look.sh <<'END'
ip link set lo up
LD_LIBRARY_PATH=$(find "$PWD/usr" -name '*.so*' -printf '%h\n' | sort -u | paste -sd:) \
  usr/sbin/nsd -d -c nsd.conf 2>nsd.log &
server=$!
for _ in $(seq 50); do
  if dig +short +time=1 +tries=1 @127.0.0.1 -p 15353 box.test >dig.log; then break; fi
  sleep 0.1
done
for version in 0 1; do
  answer=$(dig +edns="$version" +noednsneg @127.0.0.1 -p 15353 box.test)
  echo "dig, EDNS version $version: $(grep -o 'status: [A-Z]*' <<<"$answer")"
done
timeout 20 node look.mjs
kill "$server"
END

cat >before.txt <<'END'
dig, EDNS version 0: status: NOERROR
dig, EDNS version 1: status: BADVERS
EDNS version 0
  dns-packet: NOERROR, 1 records
  dns2 0, native-dns-packet 0
EDNS version 1: BADVERS, 16
  dns-packet: NOERROR, 0 records
  dns2 16, native-dns-packet 16
the same with BADCOOKIE, 23
  dns-packet: YXRRSET, 0 records
  dns2 23, native-dns-packet 23
END
# A network of its own, where all programs end with the first one.
timeout 45 unshare --map-root-user --net --pid --fork --kill-child \
  bash -eu look.sh 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
