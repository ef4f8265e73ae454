#!/usr/bin/env bash
# An RFC 5424 syslog message has a timestamp with an offset to UTC, such as 08:34:05+05:30.
# One would expect winston-syslog 2.7.1 (type "RFC5424") to log the time that it is.
# glossy 0.1.7, which writes the message for it, puts the time of UTC and the local offset together.
# In India a message of 03:04 UTC says 03:04+05:30, which is 21:34 UTC on the day before.
# So each message is wrong by the offset. A server's log then sorts the hosts of two zones wrongly.
# The milliseconds are wrong, too: they are padded to two digits. 5 ms is written as .05, or 50 ms.
# On a machine that runs in UTC only the milliseconds are wrong, so tests in a container pass.
# The BSD format (type "BSD") is right: it has local time, no offset and no milliseconds.
# nsyslog-parser 0.10.1 reads the messages here.
# It matters because the time of events is what logs of several hosts are compared by.
# Source: RFC 5424, section 6.2.3 (TIMESTAMP), from RFC 3339, section 4 (local time and its offset).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts \
  winston-syslog@2.7.1 winston@3.19.0 glossy@0.1.7 nsyslog-parser@0.10.1 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}
# A network of its own, where all programs end with the first one.
alone() {
  unshare --map-root-user --net --pid --fork --kill-child \
    sh -c 'ip link set lo up && exec "$@"' sh "$@"
}

cat >look.mjs <<'JS'
import { spawnSync } from "node:child_process";
import dgram from "node:dgram";
import { once } from "node:events";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const glossy = require("glossy");
const parse = require("nsyslog-parser");

if (process.argv[2] === "glossy") {
  const producer = new glossy.Produce({ type: "RFC5424" });
  for (const milliseconds of [678, 5]) {
    const date = new Date(Date.UTC(2026, 10, 5, 3, 4, 5, milliseconds));
    const options = { facility: "local4", severity: "error", host: "h", appName: "app" };
    const text = producer.produce({ ...options, date, message: "m" });
    const read = parse(text).ts.toISOString();
    console.log(`  ${date.toISOString()} is written as ${text.split(" ")[1]}`);
    console.log(`  and means ${read}`);
  }
} else if (process.argv[2] === "winston") {
  const winston = require("winston");
  const { Syslog } = require("winston-syslog");
  const socket = dgram.createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const options = { host: "127.0.0.1", port: socket.address().port, protocol: "udp4" };
  const transport = new Syslog({ ...options, type: "RFC5424", localhost: "h", app_name: "app" });
  winston.createLogger({ transports: [transport] }).info("now");
  const [message] = await once(socket, "message");
  const tenths = Math.round((parse(message.toString()).ts - Date.now()) / 360_000) || 0;
  console.log(`  winston-syslog's message of now is off by ${tenths / 10} hours`);
  process.exit();
} else {
  for (const zone of ["UTC", "Asia/Kolkata", "America/Bogota"]) {
    console.log(zone);
    for (const part of ["glossy", "winston"]) {
      const env = { ...process.env, TZ: zone };
      const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), part], { env });
      process.stdout.write(child.stdout);
    }
  }
}
JS

cat >before.txt <<'END'
UTC
  2026-11-05T03:04:05.678Z is written as 2026-11-05T03:04:05.678Z
  and means 2026-11-05T03:04:05.678Z
  2026-11-05T03:04:05.005Z is written as 2026-11-05T03:04:05.05Z
  and means 2026-11-05T03:04:05.050Z
  winston-syslog's message of now is off by 0 hours
Asia/Kolkata
  2026-11-05T03:04:05.678Z is written as 2026-11-05T03:04:05.678+05:30
  and means 2026-11-04T21:34:05.678Z
  2026-11-05T03:04:05.005Z is written as 2026-11-05T03:04:05.05+05:30
  and means 2026-11-04T21:34:05.050Z
  winston-syslog's message of now is off by -5.5 hours
America/Bogota
  2026-11-05T03:04:05.678Z is written as 2026-11-05T03:04:05.678-05:00
  and means 2026-11-05T08:04:05.678Z
  2026-11-05T03:04:05.005Z is written as 2026-11-05T03:04:05.05-05:00
  and means 2026-11-05T08:04:05.050Z
  winston-syslog's message of now is off by 5 hours
END
alone timeout 40 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
