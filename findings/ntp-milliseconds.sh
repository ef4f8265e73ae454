#!/usr/bin/env bash
# An NTP server's transmit time is two numbers: seconds, and a fraction in parts of 2^32.
# One would expect a client to take the fraction from the second number.
# @destinationstransfers/ntp 2.0.0 takes it from the first: the seconds are its fraction.
# The seconds of November 2026 are 93.2 % of 2^32, so its answers end in .932, always.
# That changes by a millisecond every 50 days: .931 in October 2026, .933 in January 2027.
# So the time is wrong by up to 0.93 s, most of all in the first moments of a second.
# It reads the seconds from another timestamp, too: when the request came, not when the reply left.
# A test against a real server passes if it allows a second. No error is thrown.
# ntp-client 0.5.3, from which it was made, reads the same reply rightly.
# It matters because sub-second time is why one asks an NTP server.
# Source: RFC 5905, section 6 (timestamp format) and 7.3 (the transmit timestamp is bytes 40 to 47).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts \
  @destinationstransfers/ntp@2.0.0 ntp-client@0.5.3 >npm.log 2>&1 || {
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
import { promisify } from "node:util";
import { getNetworkTime } from "@destinationstransfers/ntp";
import older from "ntp-client";

let now;
const server = dgram.createSocket("udp4");
server.on("message", (request, { port, address }) => {
  const reply = Buffer.alloc(48);
  reply.set([(request[0] & 0x38) | 4, 1, request[2], 0xe9]); // its version, a server, stratum 1
  reply.write("GPS", 12);
  request.copy(reply, 24, 40, 48); // the client's time comes back
  for (const at of [16, 32, 40]) {
    reply.writeUInt32BE(Math.floor(now / 1000) + 2_208_988_800, at);
    reply.writeUInt32BE(Math.floor((now % 1000) / 1000 * 2 ** 32), at + 4);
  }
  server.send(reply, port, address);
});
server.bind(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address();

for (const fraction of [0, 100, 500, 900]) {
  now = Date.UTC(2026, 10, 30, 12) + fraction;
  const right = await promisify(older.getNetworkTime)("127.0.0.1", port);
  const wrong = await getNetworkTime({ server: "127.0.0.1", port });
  console.log("the server means", new Date(now).toISOString());
  console.log("  ntp-client says                ", right.toISOString());
  console.log("  @destinationstransfers/ntp says", wrong.toISOString());
}
process.exit();
JS

cat >before.txt <<'END'
the server means 2026-11-30T12:00:00.000Z
  ntp-client says                 2026-11-30T12:00:00.000Z
  @destinationstransfers/ntp says 2026-11-30T12:00:00.932Z
the server means 2026-11-30T12:00:00.100Z
  ntp-client says                 2026-11-30T12:00:00.100Z
  @destinationstransfers/ntp says 2026-11-30T12:00:00.932Z
the server means 2026-11-30T12:00:00.500Z
  ntp-client says                 2026-11-30T12:00:00.500Z
  @destinationstransfers/ntp says 2026-11-30T12:00:00.932Z
the server means 2026-11-30T12:00:00.900Z
  ntp-client says                 2026-11-30T12:00:00.900Z
  @destinationstransfers/ntp says 2026-11-30T12:00:00.932Z
END
alone timeout 30 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
