#!/usr/bin/env bash
# A network can have two DHCP servers, so that one may fail. Both offer an address. The client
# requests one of them, and names its server in the request (option 54).
# One would expect a server to be silent when the request names another server. That declines its
# own offer.
# The server of dhcp 0.2.20 acknowledges each request that it hears, with its own address.
# It looks neither at the server that is named nor at the address that is requested.
# So the client gets two acknowledgements with two addresses, and no error is thrown.
# If the wrong one comes first, the client may take an address that it did not request.
# dnsmasq 2.90 is silent when another server is named, and acknowledges its own offer.
# It matters because a test with one server passes.
# Source: RFC 2131, section 3.1, steps 3 and 4 (a server that is not selected takes the request as
# notice that its offer is declined), and section 4.3.2 (DHCPREQUEST while SELECTING).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts dhcp@0.2.20 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}
# The programs, and the libraries that are missing, are unpacked here and not installed.
mkdir -p debs/partial
timeout 100 apt-get install --reinstall --download-only --no-install-recommends -y \
  -o Dir::Cache::archives="$folder/debs" -o Debug::NoLocking=1 \
  dnsmasq-base=2.90-4~deb12u2 >apt.log 2>&1 || {
  echo "apt-get could not get the programs."
  exit 2
}
for package in debs/*.deb; do dpkg -x "$package" .; done

cat >serve.cjs <<'JS'
const { createServer } = require("dhcp");
const lan = { netmask: "255.255.255.0", broadcast: "192.0.2.255" };
const own = { server: "192.0.2.2", router: ["192.0.2.2"], dns: ["192.0.2.2"] };
const pool = { range: ["192.0.2.200", "192.0.2.210"], randomIP: false };
createServer({ ...lan, ...own, ...pool }).listen();
JS
cat >look.mjs <<'JS'
import dgram from "node:dgram";
import { once } from "node:events";

const address = (text) => text.split(".").map(Number);
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

// A message of a client that has no address yet, with these options.
let transaction = 0;
function message(...options) {
  transaction += 1;
  const header = Buffer.alloc(236);
  header.set([1, 1, 6, 0, 0, 0, 0, transaction, 0, 0, 0x80, 0]);
  header.set([2, 0, 0, 0, 0, 9], 28); // the client's MAC address
  return Buffer.concat([header, Buffer.from([99, 130, 83, 99, ...options.flat(), 255])]);
}

// The type of an answer, the address for the client, and the server.
function read(bytes) {
  const found = {};
  for (let at = 240; bytes[at] !== 255; at += 2 + bytes[at + 1]) {
    found[bytes[at]] = bytes.subarray(at + 2, at + 2 + bytes[at + 1]);
  }
  const type = { 2: "OFFER", 5: "ACK", 6: "NAK" }[found[53][0]];
  return `${type} of ${bytes.subarray(16, 20).join(".")} from ${found[54].join(".")}`;
}

const client = dgram.createSocket("udp4").bind(68);
await once(client, "listening");
client.setBroadcast(true);
let answer;
client.on("message", (bytes) => {
  if (bytes[7] === transaction) answer = read(bytes);
});

async function exchange(bytes, tries) {
  answer = "silence";
  for (let i = 0; i < tries && answer === "silence"; i++) {
    client.send(bytes, 67, "192.0.2.255");
    await pause(200);
  }
  return answer;
}
async function request(wanted, server) {
  const options = [[53, 1, 3], [50, 4, ...address(wanted)], [54, 4, ...address(server)]];
  console.log(`  REQUEST of ${wanted} from ${server}: ${await exchange(message(...options), 10)}`);
}

// The server may not be up yet.
console.log(`  DISCOVER: ${await exchange(message([53, 1, 1]), 75)}`);
await request("192.0.2.100", "192.0.2.1");
await request("192.0.2.200", "192.0.2.2");
process.exit();
JS
cat >look.sh <<'END'
ip link set lo up
ip address add 192.0.2.2/24 broadcast 192.0.2.255 dev lo
show() {
  echo "$1"
  shift
  "$@" >server.log 2>&1 &
  local server=$!
  timeout 25 node look.mjs
  kill "$server"
  wait "$server" || true
}
show dhcp node --no-deprecation serve.cjs
show dnsmasq env LD_LIBRARY_PATH="$(echo usr/lib/*-linux-gnu)" \
  usr/sbin/dnsmasq --no-daemon --conf-file=/dev/null --port=0 --user=root --group= --no-ping \
  --interface=lo --dhcp-range=192.0.2.200,192.0.2.210 --dhcp-leasefile="$PWD/leases" \
  --dhcp-host=02:00:00:00:00:09,192.0.2.200
END

cat >before.txt <<'END'
dhcp
  DISCOVER: OFFER of 192.0.2.200 from 192.0.2.2
  REQUEST of 192.0.2.100 from 192.0.2.1: ACK of 192.0.2.200 from 192.0.2.2
  REQUEST of 192.0.2.200 from 192.0.2.2: ACK of 192.0.2.200 from 192.0.2.2
dnsmasq
  DISCOVER: OFFER of 192.0.2.200 from 192.0.2.2
  REQUEST of 192.0.2.100 from 192.0.2.1: silence
  REQUEST of 192.0.2.200 from 192.0.2.2: ACK of 192.0.2.200 from 192.0.2.2
END
# A network of its own, where all programs end with the first one.
timeout 55 unshare --map-root-user --net --pid --fork --kill-child \
  bash -eu look.sh 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
