#!/usr/bin/env bash
# NTP counts seconds since 1900 in 32 bits. On 7 February 2036 the count starts at 0 again.
# RFC 4330 says how a client goes on: if the highest bit is 0, count from 7 February 2036.
# One would expect that clients which are downloaded millions of times a month do so.
# A server here says 8 February 2036. All eight npm clients that were tried say 2 January 1900.
# None gives an error. sntp 3.0.2 (5.6 million downloads a month) says isValid: true.
# ntp-time-sync 0.5.0, which filters out bad servers, reports an offset of minus 127 years.
# Tried: ntp-client 0.5.3, ntp-time 2.1.1, sntp 3.0.2, @hapi/sntp 4.0.0, ntp-time-sync 0.5.0,
# @destinationstransfers/ntp 2.0.0, ntp-packet-parser 0.5.0, ntpclient 1.7.2.
# It matters for devices that are sold today and run in ten years, and for tests with a set clock.
# Source: RFC 4330, section 3 (the rule for the highest bit); RFC 5905, section 6 (eras).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts \
  ntp-client@0.5.3 ntp-time@2.1.1 sntp@3.0.2 @hapi/sntp@4.0.0 ntp-time-sync@0.5.0 \
  @destinationstransfers/ntp@2.0.0 ntp-packet-parser@0.5.0 ntpclient@1.7.2 >npm.log 2>&1 || {
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
import hapi from "@hapi/sntp";
import ntpClient from "ntp-client";
import parser from "ntp-packet-parser";
import ntpTime from "ntp-time";
import timeSync from "ntp-time-sync";
import { NTPClient } from "ntpclient";
import sntp from "sntp";

const NOW = Date.UTC(2036, 1, 8, 12) / 1000;
const server = dgram.createSocket("udp4");
server.on("message", (request, { port, address }) => {
  const reply = Buffer.alloc(48);
  reply.set([(request[0] & 0x38) | 4, 1, request[2], 0xe9]); // its version, a server, stratum 1
  reply.write("GPS", 12);
  request.copy(reply, 24, 40, 48); // the client's time comes back
  for (const at of [16, 32, 40]) reply.writeUInt32BE((NOW + 2_208_988_800) % 2 ** 32, at);
  server.send(reply, port, address);
});
server.bind(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address();
const host = "127.0.0.1";

async function parsed() {
  const socket = dgram.createSocket("udp4");
  socket.send(Buffer.concat([Buffer.from([0x23]), Buffer.alloc(47)]), port, host);
  const [reply] = await once(socket, "message");
  socket.close();
  return parser.NtpPacketParser.parse(reply).transmitTimestamp;
}
const synchronized = new timeSync.NtpTimeSync({ servers: [`${host}:${port}`], sampleCount: 1 });
const clients = {
  "ntp-client": () => promisify(ntpClient.getNetworkTime)(host, port),
  "ntp-time": async () => (await new ntpTime.Client(host, port).syncTime()).time,
  "sntp": async () => (await sntp.time({ host, port })).receiveTimestamp,
  "@hapi/sntp": async () => (await hapi.time({ host, port })).receiveTimestamp,
  "ntp-time-sync": async () => (await synchronized.getTime(true)).now,
  "@destinationstransfers/ntp": () => getNetworkTime({ server: host, port }),
  "ntp-packet-parser": parsed,
  "ntpclient": () => new NTPClient({ server: host, port }).getNetworkTime(),
};
console.log("the server means", new Date(NOW * 1000).toISOString().slice(0, 10));
for (const [name, ask] of Object.entries(clients)) {
  console.log(name, "says", new Date(await ask()).toISOString().slice(0, 10));
}
console.log("sntp says isValid:", (await sntp.time({ host, port })).isValid);
const { offset } = await synchronized.getTime(true);
console.log("ntp-time-sync says offset:", offset < 0 ? "in the past" : "in the future");
process.exit();
JS

cat >before.txt <<'END'
the server means 2036-02-08
ntp-client says 1900-01-02
ntp-time says 1900-01-02
sntp says 1900-01-02
@hapi/sntp says 1900-01-02
ntp-time-sync says 1900-01-02
@destinationstransfers/ntp says 1900-01-02
ntp-packet-parser says 1900-01-02
ntpclient says 1900-01-02
sntp says isValid: true
ntp-time-sync says offset: in the past
END
alone timeout 30 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
