#!/usr/bin/env bash
# A router tells a collector by NetFlow who talks to whom. A template says which fields a record
# has, and in which order. A router with several line cards can give each a source ID of its own.
# A template's number belongs to its source ID. So two cards may use one number differently.
# One would expect node-netflowv9 0.2.16 to read each record by the template of its source ID.
# It keeps templates by address and port alone. The second card's template replaces the first one's.
# Then 5,000 bytes from 192.0.2.1 are read as 3,221,225,985 bytes from 0.0.19.136.
# No error is thrown: the record is as long as before, and each number looks possible.
# The decoded header has the sourceId, so one thinks that the library uses it.
# nfdump 1.7.1 reads the same datagrams rightly.
# It matters because one card alone works, and the records of two are wrong only now and then.
# Source: RFC 3954, sections 5.1 (the source IP address and the source ID together make the source)
# and 5.2 (a template's number is unique within its observation domain).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts node-netflowv9@0.2.16 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}
# The programs, and the libraries that are missing, are unpacked here and not installed.
mkdir -p debs/partial
timeout 100 apt-get install --reinstall --download-only --no-install-recommends -y \
  -o Dir::Cache::archives="$folder/debs" -o Debug::NoLocking=1 \
  nfdump=1.7.1-2+deb12u1 >apt.log 2>&1 || {
  echo "apt-get could not get the programs."
  exit 2
}
for package in debs/*.deb; do dpkg -x "$package" .; done
LD_LIBRARY_PATH=$(find "$folder/usr" "$folder/lib" -name '*.so*' -printf '%h\n' 2>/dev/null |
  sort -u | paste -sd:) || true
export LD_LIBRARY_PATH
# A network of its own, where all programs end with the first one.
alone() {
  unshare --map-root-user --net --pid --fork --kill-child \
    sh -c 'ip link set lo up && exec "$@"' sh "$@"
}

cat >look.mjs <<'JS'
import { execFileSync, spawn } from "node:child_process";
import dgram from "node:dgram";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import Collector from "node-netflowv9";

const u16 = (number) => [number >> 8, number & 255];
const u32 = (number) => [...u16(number >>> 16), ...u16(number & 65535)];
const address = (text) => text.split(".").map(Number);
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

// A datagram of NetFlow 9 with one set. The set with number 0 is a template.
const sent = { 1: 0, 2: 0 };
function datagram(source, number, bytes) {
  const sequence = sent[source]++;
  const header = [u16(9), u16(1), u32(1000), u32(1790000000), u32(sequence), u32(source)];
  return Buffer.from([...header.flat(), ...u16(number), ...u16(4 + bytes.length), ...bytes]);
}

// The fields, each of four bytes: their numbers in NetFlow and their values.
const FROM = { type: 8, value: address("192.0.2.1") };
const TO = { type: 12, value: address("198.51.100.7") };
const BYTES = { type: 1, value: u32(5000) };
const PACKETS = { type: 2, value: u32(10) };
const template = (fields) =>
  [u16(256), u16(fields.length), ...fields.flatMap(({ type }) => [u16(type), u16(4)])].flat();
const record = (fields) => fields.flatMap(({ value }) => value);

const CARDS = { 1: [FROM, TO, BYTES, PACKETS], 2: [BYTES, PACKETS, FROM, TO] };
const datagrams = [
  datagram(1, 0, template(CARDS[1])),
  datagram(1, 256, record(CARDS[1])),
  datagram(2, 0, template(CARDS[2])),
  datagram(2, 256, record(CARDS[2])),
  datagram(1, 256, record(CARDS[1])),
];

mkdirSync("flows");
const store = ["-w", "flows", "-b", "127.0.0.1", "-p", "12056", "-t", "3600"];
const nfcapd = spawn("usr/bin/nfcapd", store, { stdio: ["ignore", "ignore", "pipe"] });
let log = "";
nfcapd.stderr.on("data", (text) => log += text);

const lines = [];
const collector = new Collector(({ header, flows }) => {
  for (const flow of flows) {
    const { ipv4_src_addr: from, ipv4_dst_addr: to, in_bytes: bytes, in_pkts: packets } = flow;
    lines.push(`source ${header.sourceId}: ${from} to ${to}, ${bytes} bytes, ${packets} packets`);
  }
});
collector.listen(12055, "127.0.0.1");
await once(collector.server, "listening");
for (let i = 0; i < 200 && !log.includes("Startup"); i++) await pause(50);

const socket = dgram.createSocket("udp4");
for (const bytes of datagrams) {
  for (const port of [12055, 12056]) socket.send(bytes, port, "127.0.0.1");
  await pause(100);
}
for (let i = 0; i < 50 && lines.length < 3; i++) await pause(100);
await pause(300);
nfcapd.kill();
await once(nfcapd, "exit");

console.log("node-netflowv9");
for (const line of lines) console.log(" ", line);
console.log("nfdump");
const format = "fmt:%sa to %da, %byt bytes, %pkt packets";
const text = execFileSync("usr/bin/nfdump", ["-q", "-R", "flows", "-o", format], { stdio: "pipe" });
for (const line of text.toString().trim().split("\n")) {
  console.log(" ", line.trim().replace(/ +/g, " "));
}
process.exit();
JS

cat >before.txt <<'END'
node-netflowv9
  source 1: 192.0.2.1 to 198.51.100.7, 5000 bytes, 10 packets
  source 2: 192.0.2.1 to 198.51.100.7, 5000 bytes, 10 packets
  source 1: 0.0.19.136 to 5.0.0.10, 3221225985 bytes, 3325256711 packets
nfdump
  192.0.2.1 to 198.51.100.7, 5000 bytes, 10 packets
  192.0.2.1 to 198.51.100.7, 5000 bytes, 10 packets
  192.0.2.1 to 198.51.100.7, 5000 bytes, 10 packets
END
alone timeout 40 node --no-deprecation look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
