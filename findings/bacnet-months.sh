#!/usr/bin/env bash
# BACnet is what devices in buildings speak. A date has four bytes: the year since 1900, the month
# from 1 to 12, the day, and the day of the week. "Time sync" sets the clocks of all devices.
# One would expect node-bacnet 0.2.4 to write and to read the month so.
# It counts months as JavaScript does, from 0 to 11. So each date is wrong by one month.
# In November it sets the devices to October. In January it sends month 0, which does not exist.
# It reads 31 January as 3 March, because it looks for 31 February.
# It reads what it wrote itself, so a test with both sides passes. No error is thrown.
# Each value of the type date is wrong in the same way.
# @bacnet-js/client 3.3.2 writes and reads the months rightly.
# It matters because the time of day is right, so nobody looks at the month.
# Source: ASHRAE 135, clause 20.2.12 (encoding of a date value: month 1 is January).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts node-bacnet@0.2.4 @bacnet-js/client@3.3.2 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}
# A network of its own, where all programs end with the first one.
alone() {
  unshare --map-root-user --net --pid --fork --kill-child \
    sh -c 'ip link set lo up && exec "$@"' sh "$@"
}

cat >look.mjs <<'JS'
import dgram from "node:dgram";
import { once } from "node:events";
import other from "@bacnet-js/client";
import NodeBacnet from "node-bacnet";

const host = "127.0.0.1";
const clients = {
  "node-bacnet": new NodeBacnet({ interface: host, port: 47809 }),
  "@bacnet-js/client": new other.default({ interface: host, port: 47810 }),
};
const ports = { "node-bacnet": 47809, "@bacnet-js/client": 47810 };
for (const client of Object.values(clients)) client.on("error", (error) => console.log(error));

const wire = dgram.createSocket("udp4").bind(47811, host);
await once(wire, "listening");
await new Promise((resolve) => setTimeout(resolve, 500));

const DATE_TAG = 0xa4; // application tag 10, four bytes
const send = (sender, port, date) =>
  clients[sender].timeSync({ address: `${host}:${port}` }, date);

for (const day of ["2026-01-31", "2026-11-30"]) {
  const date = new Date(`${day}T12:00:00`);
  for (const sender of Object.keys(clients)) {
    const written = once(wire, "message");
    send(sender, 47811, date);
    const [bytes] = await written;
    const at = bytes.indexOf(DATE_TAG) + 1;
    console.log(`${sender} sends ${day} as ${bytes.subarray(at, at + 4).join(" ")}`);
    for (const reader of Object.keys(clients)) {
      const read = once(clients[reader], "timeSync");
      send(sender, ports[reader], date);
      const [{ payload }] = await read;
      console.log(`  ${reader} reads ${payload.value.toISOString().slice(0, 10)}`);
    }
  }
}
process.exit();
JS

cat >before.txt <<'END'
node-bacnet sends 2026-01-31 as 126 0 31 6
  node-bacnet reads 2026-01-31
  @bacnet-js/client reads 1900-01-01
@bacnet-js/client sends 2026-01-31 as 126 1 31 6
  node-bacnet reads 2026-03-03
  @bacnet-js/client reads 2026-01-31
node-bacnet sends 2026-11-30 as 126 10 30 1
  node-bacnet reads 2026-11-30
  @bacnet-js/client reads 2026-10-30
@bacnet-js/client sends 2026-11-30 as 126 11 30 1
  node-bacnet reads 2026-12-30
  @bacnet-js/client reads 2026-11-30
END
alone env TZ=UTC timeout 30 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
