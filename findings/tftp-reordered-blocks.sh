#!/usr/bin/env bash
# TFTP numbers the blocks of a file. With the option windowsize a sender sends several blocks, and
# then waits for one acknowledgement. On the way a datagram can overtake another.
# One would expect tftp 0.1.2 to put the blocks of a window in order, as its documentation says.
# The code for that is there. The condition before it has a misspelled name, so it never runs.
# The blocks are written in the order in which they arrive, in downloads and in uploads.
# The length is right and no error is thrown, so the file is wrong and nobody is told.
# The window is on by default: four blocks, if the other side agrees.
# On loopback no datagram overtakes another, so tests pass. Here a relay changes the order.
# The way out is windowSize: 1.
# It matters for firmware and boot images, and on any path with several links or queues.
# Source: RFC 7440, section 4 (after a sequence error, the receiver acknowledges the last block that
# it received in order), and RFC 1350, section 5 (each block's number is one more than the last).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts tftp@0.1.2 >npm.log 2>&1 || {
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
import fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import tftp from "tftp";

const host = "127.0.0.1";
const serverPort = 6969;
const DATA = 3;

// Passes datagrams between a client and the server. The blocks 1 to 4 go on in another order.
async function network(order) {
  const front = dgram.createSocket("udp4").bind(0, host);
  const back = dgram.createSocket("udp4").bind(0, host);
  const ports = { front: undefined, back: serverPort };
  const waiting = new Map();
  const pass = (socket, side) => (message) => {
    const isData = message.readUInt16BE(0) === DATA;
    if (!isData || waiting.size === order.length) return socket.send(message, ports[side], host);
    waiting.set(message.readUInt16BE(2), message);
    if (waiting.size < order.length) return;
    for (const block of order) socket.send(waiting.get(block), ports[side], host);
  };
  front.on("message", (message, { port }) => ports.front = port).on("message", pass(back, "back"));
  back.on("message", (message, { port }) => ports.back = port).on("message", pass(front, "front"));
  await once(front, "listening");
  return front.address().port;
}

const file = Buffer.concat([..."ABCDEFGHIJ"].map((letter) => Buffer.alloc(512, letter)));
fs.mkdirSync("served");
fs.writeFileSync("served/down", file);
fs.writeFileSync("up", file);
const server = tftp.createServer({ host, port: serverPort, root: "served" });
server.on("error", (error) => console.log(`server: ${error.message}`));
server.listen();
await once(server, "listening");

function show(title, error, path) {
  const bytes = fs.readFileSync(path);
  const blocks = bytes.toString().replace(/(.)\1*/g, "$1");
  console.log(`  ${title}: ${error?.message ?? "no error"}, ${bytes.length} bytes, ${blocks}`);
}
for (const order of [[1, 2, 3, 4], [1, 3, 2, 4], [1, 2, 4, 3], [2, 1, 3, 4], [1]]) {
  const windowSize = order.length;
  console.log(`a window of ${windowSize}, the first blocks arrive as ${order}`);
  const client = async () => {
    const port = await network(order);
    return tftp.createClient({ host, port, blockSize: 512, windowSize });
  };
  const download = await client();
  const downError = await new Promise((resolve) => download.get("down", "got", resolve));
  show("download", downError, "got");
  const upload = await client();
  const upError = await new Promise((resolve) => upload.put("up", "put", resolve));
  // The server may still be writing.
  for (let i = 0; i < 50 && fs.statSync("served/put").size < file.length; i++) await sleep(100);
  show("upload", upError, "served/put");
  fs.rmSync("served/put");
}
process.exit();
JS

cat >before.txt <<'END'
a window of 4, the first blocks arrive as 1,2,3,4
  download: no error, 5120 bytes, ABCDEFGHIJ
  upload: no error, 5120 bytes, ABCDEFGHIJ
a window of 4, the first blocks arrive as 1,3,2,4
  download: no error, 5120 bytes, ACBDEFGHIJ
  upload: no error, 5120 bytes, ACBDEFGHIJ
a window of 4, the first blocks arrive as 1,2,4,3
  download: no error, 5120 bytes, ABDCEFGHIJ
  upload: no error, 5120 bytes, ABDCEFGHIJ
a window of 4, the first blocks arrive as 2,1,3,4
  download: no error, 5120 bytes, BACDEFGHIJ
  upload: no error, 5120 bytes, BACDEFGHIJ
a window of 1, the first blocks arrive as 1
  download: no error, 5120 bytes, ABCDEFGHIJ
  upload: no error, 5120 bytes, ABCDEFGHIJ
END
alone timeout 50 node --no-deprecation look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
