#!/usr/bin/env bash
# A DNSKEY record has flags of 16 bits. RFCs count bits from the left, so bit 0 is the highest.
# Bit 7, 0x100, says that the key is for a zone. Bit 15, 0x001, is set in a key that signs keys.
# So nearly all keys have 256 or 257. Bit 8, 0x080, says that the key is revoked.
# dns-packet 5.6.1 (64 million downloads a month) has names for the first two: dnskey.ZONE_KEY and
# dnskey.SECURE_ENTRYPOINT. One would expect them to be 0x100 and 0x001.
# They are 0x0080 and 0x8000. The bits were counted from the wrong side.
# So flags & ZONE_KEY is 0 for a zone key. Only a key that is revoked passes that check.
# A record that is written with both names has the flags 32896: revoked, and not for a zone.
# It matters because a test that writes and reads with the same names passes.
# The way out is to write numbers, as dns-packet's own documentation does.
# dig shows the flags, and what kind of key it takes them for.
# Source: RFC 4034, section 2.1.1 (bits 7 and 15); RFC 5011, section 7 (bit 8 is REVOKE).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v dig >/dev/null || { echo "dig is not installed."; exit 2; }
timeout 50 npm install --ignore-scripts dns-packet@5.6.1 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}
# A network of its own, where all programs end with the first one.
alone() {
  unshare --map-root-user --net --pid --fork --kill-child \
    sh -c 'ip link set lo up && exec "$@"' sh "$@"
}

cat >look.mjs <<'JS'
import { execFile } from "node:child_process";
import dgram from "node:dgram";
import { once } from "node:events";
import { promisify } from "node:util";
import packet from "dns-packet";

const { ZONE_KEY, SECURE_ENTRYPOINT } = packet.dnskey;
const server = dgram.createSocket("udp4").bind(15353, "127.0.0.1");
await once(server, "listening");

// The flags are in the name of the question: 257.test.
server.on("message", (bytes, { port, address }) => {
  const { id, questions } = packet.decode(bytes);
  const { name } = questions[0];
  const data = { flags: parseInt(name), algorithm: 13, key: Buffer.alloc(64, 7) };
  const answers = [{ type: "DNSKEY", name, ttl: 60, data }];
  server.send(packet.encode({ type: "response", id, questions, answers }), port, address);
});

async function dig(flags) {
  const options = ["@127.0.0.1", "-p", "15353", "+noedns", "+noall", "+answer", "+multiline"];
  const { stdout } = await promisify(execFile)("dig", [...options, `${flags}.test`, "DNSKEY"]);
  const [, number, kind] = stdout.match(/DNSKEY (\d+)[^;]*; ([^;]*);/);
  return `${number}, a ${kind}`;
}

const own = ZONE_KEY | SECURE_ENTRYPOINT;
for (const flags of [256, 257, 385, own]) {
  console.log(`flags ${flags}${flags === own ? ", written with the two names" : ""}`);
  console.log(`  dig: ${await dig(flags)}`);
  const zone = (flags & ZONE_KEY) !== 0;
  const entry = (flags & SECURE_ENTRYPOINT) !== 0;
  console.log(`  dns-packet: zone key ${zone}, secure entry point ${entry}`);
}
process.exit();
JS

cat >before.txt <<'END'
flags 256
  dig: 256, a ZSK
  dns-packet: zone key false, secure entry point false
flags 257
  dig: 257, a KSK
  dns-packet: zone key false, secure entry point false
flags 385
  dig: 385, a revoked KSK
  dns-packet: zone key true, secure entry point false
flags 32896, written with the two names
  dig: 32896, a ZSK
  dns-packet: zone key true, secure entry point true
END
alone timeout 30 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
