#!/usr/bin/env bash
# A server that has no source of time itself says so: leap indicator 3 and stratum 0.
# RFC 5905 reads stratum 0 as 16 (unsynchronized). By RFC 4330 a client should discard the reply.
# One would expect clients to refuse such a time, or at least to pass the stratum on.
# ntp-time 2.1.1 reports stratum 2: the reply of a good server of the second level.
# It takes 0 for "not given" there, and in the poll interval, where it reports 10.
# sntp 3.0.2 says stratum "death" and leap indicator "alarm", and isValid: true.
# ntp-client 0.5.3 gives the date without a word. ntp-time-sync 0.5.0 alone refuses it.
# The server is chronyd 4.3, just started and with no source: it answers, with its own clock.
# It matters at boot: a device asks its gateway, which has no time yet, and trusts what it gets.
# Source: RFC 5905, section 7.3 (leap indicator; stratum 0 is mapped to 16 when it is received);
# RFC 4330, section 5 (a reply of stratum 0 should be discarded).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts \
  ntp-client@0.5.3 ntp-time@2.1.1 sntp@3.0.2 ntp-time-sync@0.5.0 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}
# The programs, and the libraries that are missing, are unpacked here and not installed.
mkdir -p debs/partial
timeout 100 apt-get install --reinstall --download-only --no-install-recommends -y \
  -o Dir::Cache::archives="$folder/debs" -o Debug::NoLocking=1 \
  chrony=4.3-2+deb12u3 >apt.log 2>&1 || {
  echo "apt-get could not get the programs."
  exit 2
}
for package in debs/*.deb; do dpkg -x "$package" .; done
export PATH="$folder/usr/sbin:$PATH:/usr/sbin:/sbin"
LD_LIBRARY_PATH=$(find "$folder" -name '*.so*' -printf '%h\n' | sort -u | paste -sd:)
export LD_LIBRARY_PATH
# A network of its own, where all programs end with the first one.
alone() {
  unshare --map-root-user --net --pid --fork --kill-child \
    sh -c 'ip link set lo up && exec "$@"' sh "$@"
}

cat >chrony.conf <<END
port 11123
bindaddress 127.0.0.1
allow 127.0.0.1
cmdport 0
bindcmdaddress /
pidfile $folder/chronyd.pid
END

cat >look.mjs <<'JS'
import { spawn } from "node:child_process";
import dgram from "node:dgram";
import { promisify } from "node:util";
import ntpClient from "ntp-client";
import ntpTime from "ntp-time";
import timeSync from "ntp-time-sync";
import sntp from "sntp";

const host = "127.0.0.1";
const port = 11123;
const chronyd = spawn("chronyd", ["-n", "-x", "-u", "root", "-f", "chrony.conf"]);

// Asks until chronyd answers, for ten seconds at most.
async function reply() {
  const socket = dgram.createSocket("udp4");
  let received;
  socket.on("message", (bytes) => received = bytes).on("error", () => {});
  for (let i = 0; i < 100 && !received; i++) {
    socket.send(Buffer.concat([Buffer.from([0x23]), Buffer.alloc(47)]), port, host);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  socket.close();
  return received;
}

try {
  const [first, stratum, poll] = await reply();
  console.log(`chronyd sends leap indicator ${first >> 6}, stratum ${stratum}, poll ${poll}`);

  const date = await promisify(ntpClient.getNetworkTime)(host, port);
  console.log("ntp-client says:", date instanceof Date ? "a date" : date);
  const time = await new ntpTime.Client(host, port).syncTime();
  const { leapIndicator: leap, stratum: level, pollInterval } = time;
  console.log(`ntp-time says: leap indicator ${leap}, stratum ${level}, poll ${pollInterval}`);
  const { isValid, stratum: name, leapIndicator } = await sntp.time({ host, port });
  console.log(`sntp says: leap indicator ${leapIndicator}, stratum ${name}, isValid ${isValid}`);
  const options = { servers: [`${host}:${port}`], sampleCount: 1, replyTimeout: 1000 };
  await new timeSync.NtpTimeSync(options).getTime(true).then(
    () => console.log("ntp-time-sync accepts it"),
    () => console.log("ntp-time-sync refuses it"),
  );
} finally {
  chronyd.kill();
}
JS

cat >before.txt <<'END'
chronyd sends leap indicator 3, stratum 0, poll 0
ntp-client says: a date
ntp-time says: leap indicator 3, stratum 2, poll 10
sntp says: leap indicator alarm, stratum death, isValid true
ntp-time-sync refuses it
END
alone timeout 40 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
