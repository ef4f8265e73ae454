#!/usr/bin/env bash
# Each chunk of an RTCP source description ends with one null byte at least, then with as many as
# the next multiple of four needs.
# One would expect two libraries to agree on where a chunk ends, whatever the name and the SSRC.
# werift-rtp 0.8.9 leaves the end out when the chunk's length is a multiple of four without it.
# That is so for every CNAME of 2, 6, 10, 14 … bytes, one in four.
# rtp.js 0.15.5 refuses such a packet. werift-rtp itself reads it, but loses the chunk that follows,
# and throws no error.
# rtp.js has a fault of its own. It takes every null byte that follows for padding, also those
# that begin the next chunk's SSRC. So it refuses a right packet when a later SSRC starts with 00.
# SSRCs are random, so that is one in 256.
# It matters because sound and picture of one person are joined by the CNAME, and because both
# faults come and go with names and random numbers.
# Source: RFC 3550, section 6.5 (the list of items ends with one or more null octets; the count of
# them pads to the next 32-bit boundary; a chunk starts on a 32-bit boundary).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts werift-rtp@0.8.9 rtp.js@0.15.5 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}

cat >look.mjs <<'JS'
import { packets } from "rtp.js";
import werift from "werift-rtp";

const hex = (number) => "0x" + number.toString(16).padStart(8, "0");

function readByRtpJs(bytes) {
  const view = new DataView(Uint8Array.from(bytes).buffer);
  try {
    const { chunks } = new packets.CompoundPacket(view).getPackets()[0].dump();
    return chunks.map((chunk) => `${hex(chunk.ssrc)} ${chunk.items[0].text}`).join(", ");
  } catch (error) {
    return `error "${error.message}"`;
  }
}

function readByWerift(bytes) {
  const { chunks } = werift.RtcpPacketConverter.deSerialize(bytes)[0];
  return chunks.map((chunk) => `${hex(chunk.source)} ${chunk.items[0].text}`).join(", ");
}

function show(title, bytes) {
  console.log(`${title}: ${bytes.subarray(4).toString("hex")}`);
  console.log(`  rtp.js reads ${readByRtpJs(bytes)}`);
  console.log(`  werift-rtp reads ${readByWerift(bytes)}`);
}

function byWerift(...members) {
  const chunks = members.map(([source, text]) =>
    new werift.SourceDescriptionChunk({
      source,
      items: [new werift.SourceDescriptionItem({ type: 1, text })],
    })
  );
  return new werift.RtcpSourceDescriptionPacket({ chunks }).serialize();
}

show("werift-rtp writes, CNAME abc", byWerift([0x11111111, "abc"], [0x22222222, "xyz"]));
show("werift-rtp writes, CNAME ab", byWerift([0x11111111, "ab"], [0x22222222, "xyz"]));

// What RFC 3550 wants. The second SSRC once starts with 22, and once with 00.
const first = "11111111" + "0103616263" + "000000";
const right = (ssrc) => Buffer.from("82ca0006" + first + ssrc + "010378797a" + "000000", "hex");
show("right, second SSRC 22222222", right("22222222"));
show("right, second SSRC 00222222", right("00222222"));
JS

cat >before.txt <<'END'
werift-rtp writes, CNAME abc: 11111111010361626300000022222222010378797a000000
  rtp.js reads 0x11111111 abc, 0x22222222 xyz
  werift-rtp reads 0x11111111 abc, 0x22222222 xyz
werift-rtp writes, CNAME ab: 111111110102616222222222010378797a000000
  rtp.js reads error "Invalid DataView length 44"
  werift-rtp reads 0x11111111 ab
right, second SSRC 22222222: 11111111010361626300000022222222010378797a000000
  rtp.js reads 0x11111111 abc, 0x22222222 xyz
  werift-rtp reads 0x11111111 abc, 0x22222222 xyz
right, second SSRC 00222222: 11111111010361626300000000222222010378797a000000
  rtp.js reads error "SDES Chunk length must be multiple of 4 bytes but it is 13 bytes"
  werift-rtp reads 0x11111111 abc, 0x00222222 xyz
END
timeout 30 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
