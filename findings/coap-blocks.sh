#!/usr/bin/env bash
# CoAP sends a large body in blocks, each in an exchange of its own. A client is free to choose
# another token for each exchange, and libcoap 4.3.1 does.
# One would expect a server to join the blocks of one client and one resource.
# coap 1.5.0 joins them by token, too. So an upload of two blocks or more ends with 5.00.
# In a download it calls the handler for each block again, and cuts the block from that result.
# The ETag should tell the client that the body changed in between. But coap's ETag is the XOR of
# the body's words of 16 bits. Equal words cancel each other, and their order makes no difference.
# So two versions can share an ETag, and the client joins blocks of both to one body.
# Clients of coap itself use one token, so all works in a test with coap on both sides.
# It matters for firmware, lists and logs of more than a kilobyte: the usual case for blocks.
# Source: RFC 7959, sections 2.4 (ETag), 2.5 (Block1 by resource and endpoint) and 3 (tokens are
# free); RFC 7252, section 5.10.6 (an ETag tells representations of a resource apart).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts coap@1.5.0 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}
# The programs, and the libraries that are missing, are unpacked here and not installed.
mkdir -p debs/partial
timeout 100 apt-get install --reinstall --download-only --no-install-recommends -y \
  -o Dir::Cache::archives="$folder/debs" -o Debug::NoLocking=1 \
  libcoap3-bin=4.3.1-1 >apt.log 2>&1 || {
  echo "apt-get could not get the programs."
  exit 2
}
for package in debs/*.deb; do dpkg -x "$package" .; done
export PATH="$folder/usr/sbin:$folder/usr/bin:$PATH:/usr/sbin:/sbin"
LD_LIBRARY_PATH=$(find "$folder" -name '*.so*' -printf '%h\n' | sort -u | paste -sd:)
export LD_LIBRARY_PATH
# A network of its own, where all programs end with the first one.
alone() {
  unshare --map-root-user --net --pid --fork --kill-child \
    sh -c 'ip link set lo up && exec "$@"' sh "$@"
}

cat >look.mjs <<'JS'
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import coap from "coap";

const host = "127.0.0.1";
const port = 15691;
let calls = 0;
const server = coap.createServer(({ method, payload }, response) => {
  calls++;
  if (method === "PUT") response.end(`stored ${payload.length} bytes`);
  else response.end("abcdef"[calls - 1].repeat(3000)); // each version has its letter
});
await new Promise((resolve) => server.listen(port, host, resolve));

async function run(...options) {
  calls = 0;
  const url = `coap://${host}:${port}/body`;
  const { stdout, stderr } = await promisify(execFile)("coap-client-notls", [...options, url]);
  return (stdout || stderr).trim();
}
for (const length of [1000, 2048, 3000]) {
  const answer = await run("-m", "put", "-e", "z".repeat(length));
  console.log(`libcoap's client puts ${length} bytes: "${answer}"`);
}
const body = await run("-m", "get");
const parts = body.replace(/(.)\1*/g, (same, letter) => ` ${same.length} times ${letter}`);
console.log(`it gets 3000 bytes of one letter:${parts}`);
console.log(`for that the handler was called ${calls} times`);
process.exit();
JS

cat >before.txt <<'END'
libcoap's client puts 1000 bytes: "stored 1000 bytes"
libcoap's client puts 2048 bytes: "5.00 Byte offset not the next in line..."
libcoap's client puts 3000 bytes: "5.00 Byte offset not the next in line..."
it gets 3000 bytes of one letter: 1024 times a 1024 times b 952 times c
for that the handler was called 3 times
END
alone timeout 40 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
