#!/usr/bin/env bash
# GELF sends log messages to Graylog. A message that is too long for a datagram is cut into chunks.
# Each chunk starts with 12 bytes: two fixed ones, the message's ID of 8 bytes, the chunk's number,
# and how many chunks there are.
# One would expect gelf 2.0.1, which calls itself a full implementation, to send such chunks.
# It puts the ID, a large number, into an array of bytes, where it becomes one byte.
# So the header has 5 bytes. A server takes the number, the count and text for the rest of the ID.
# Then no two chunks have the same ID. They are never joined, and a server drops them after a while.
# No error is thrown, and each send succeeds. Messages of up to 1,420 compressed bytes arrive.
# It matters because stack traces are long: the errors are lost, and the short news arrives.
# gelf-pro 1.4.0 and gelfling 0.3.1 send the same text rightly. The server is graygelf 2.0.0.
# Source: Graylog's documentation, "GELF via UDP", "Chunking": the magic bytes 1e 0f, a message ID
# of 8 bytes, a sequence number of 1 byte, a sequence count of 1 byte.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts \
  gelf@2.0.1 gelf-pro@1.4.0 gelfling@0.3.1 graygelf@2.0.0 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}
# A network of its own, where all programs end with the first one.
alone() {
  unshare --map-root-user --net --pid --fork --kill-child \
    sh -c 'ip link set lo up && exec "$@"' sh "$@"
}

cat >look.mjs <<'JS'
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import Gelf from "gelf";
import gelfPro from "gelf-pro";
import gelfling from "gelfling";
import Server from "graygelf/server.js";

const host = "127.0.0.1";
const port = 12201;
let datagrams = [];
let received = [];
const server = Server();
server.on("data", (bytes) => datagrams.push(bytes));
server.on("message", ({ short_message: text }) => received.push(text));
server.listen(port, host);

const gelf = new Gelf({ graylogHostname: host, graylogPort: port });
gelf.on("error", (error) => console.log(error.message));
gelfPro.setConfig({ adapterName: "udp", adapterOptions: { protocol: "udp4", host, port } });
const clients = {
  "gelf": (text) => gelf.emit("gelf.log", text),
  "gelf-pro": (text) => gelfPro.info(text),
  "gelfling": (text) => gelfling(host, port).send(text),
};

// Finds the chunk's number (0, then 1) and the count (2) behind it. The header ends there.
function headerLength([first, second]) {
  for (let at = 2; at < 12; at++) {
    if (first[at] === 0 && second[at] === 1 && first[at + 1] === 2 && second[at + 1] === 2) {
      return at + 2;
    }
  }
}

await sleep(200);
for (const length of [1000, 3000]) {
  // Text that cannot be compressed well, and is the same in each run.
  let text = "";
  while (text.length < length) text += createHash("sha256").update(text).digest("hex");
  text = text.slice(0, length);

  console.log(`${length} characters`);
  for (const [name, send] of Object.entries(clients)) {
    datagrams = [];
    received = [];
    send(text);
    await sleep(1500);
    const result = received.includes(text) ? "arrives" : "never arrives";
    const header = datagrams.length === 2 ? `, header ${headerLength(datagrams)} bytes` : "";
    console.log(`  ${name}: ${datagrams.length} datagrams${header}, ${result}`);
  }
}
process.exit();
JS

cat >before.txt <<'END'
1000 characters
  gelf: 1 datagrams, arrives
  gelf-pro: 1 datagrams, arrives
  gelfling: 1 datagrams, arrives
3000 characters
  gelf: 2 datagrams, header 5 bytes, never arrives
  gelf-pro: 2 datagrams, header 12 bytes, arrives
  gelfling: 2 datagrams, header 12 bytes, arrives
END
alone timeout 40 node --no-deprecation look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
