#!/usr/bin/env bash
# sACN (E1.31) sends the levels of stage lights some 40 times a second. It numbers its packets from
# 0 to 255, and then from 0 again.
# A packet is late if its number is the last one, or up to 19 before it. A late packet is discarded.
# Each other packet is taken, however many were lost in between.
# One would expect the receiver of sacn 4.6.2 to do so. It does nearly the reverse.
# It takes late packets: the lights go back to older levels, until a newer packet comes.
# It discards the first packet after a loss of 20 or more, which is half a second.
# If packet 255 is lost, it discards packet 0, too. If a sender starts again, it may discard the
# first packet. So a change that is sent once is lost.
# The reason: it looks at the distance of two numbers, and not at which of them is newer.
# On loopback no packet is late or lost, so tests pass.
# It matters on WLAN: a fade flickers, and a lamp may keep the last level but one.
# Source: ANSI E1.31, section 6.7.2 (sequence numbers: signed arithmetic of 8 bits, from 0 to -19).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts sacn@4.6.2 >npm.log 2>&1 || {
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
import { setTimeout as sleep } from "node:timers/promises";
import { Packet, Receiver } from "sacn";

const host = "127.0.0.1";
const port = 5568;
const universe = 1;
const sender = dgram.createSocket("udp4");

// The rule of E1.31 for a packet after one that was taken.
function isLate(sequence, last) {
  const [distance] = Int8Array.of(sequence - last);
  return distance <= 0 && distance > -20;
}

// Sends packets with these numbers. Returns what sacn does with the last one.
async function sendAll(sequences) {
  const receiver = new Receiver({ universes: [universe], port, iface: host });
  receiver.on("error", (error) => console.log(error.message));
  await once(receiver.socket, "listening");
  let result;
  receiver.on("packet", () => result = "takes it");
  receiver.on("PacketOutOfOrder", () => result = "discards it");
  for (const sequence of sequences) {
    result = "nothing";
    const { buffer } = new Packet({ universe, sequence, payload: { 1: 50 } });
    sender.send(buffer, port, host);
    await sleep(50);
  }
  await new Promise((resolve) => receiver.close(resolve));
  return result;
}

const CASES = [
  ["the next packet", [100, 101]],
  ["the next packet, after the wrap", [254, 255, 0]],
  ["two packets changed places", [100, 102, 101]],
  ["the same packet twice", [100, 101, 101]],
  ["a packet that is 10 late", [100, 110, 100]],
  ["after a loss of 19 packets", [100, 120]],
  ["after a loss of 20 packets", [100, 121]],
  ["after a loss of 44 packets", [100, 145]],
  ["packet 255 was lost", [253, 254, 0]],
  ["the sender started again", [199, 200, 0]],
];
for (const [title, sequences] of CASES) {
  const [last, sequence] = sequences.slice(-2);
  const standard = isLate(sequence, last) ? "discards it" : "takes it";
  const result = await sendAll(sequences);
  console.log(`${title}, ${sequences.join(" ")}: E1.31 ${standard}, sacn ${result}`);
}
process.exit();
JS

cat >before.txt <<'END'
the next packet, 100 101: E1.31 takes it, sacn takes it
the next packet, after the wrap, 254 255 0: E1.31 takes it, sacn takes it
two packets changed places, 100 102 101: E1.31 discards it, sacn takes it
the same packet twice, 100 101 101: E1.31 discards it, sacn takes it
a packet that is 10 late, 100 110 100: E1.31 discards it, sacn takes it
after a loss of 19 packets, 100 120: E1.31 takes it, sacn takes it
after a loss of 20 packets, 100 121: E1.31 takes it, sacn discards it
after a loss of 44 packets, 100 145: E1.31 takes it, sacn discards it
packet 255 was lost, 253 254 0: E1.31 takes it, sacn discards it
the sender started again, 199 200 0: E1.31 takes it, sacn discards it
END
alone timeout 40 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
