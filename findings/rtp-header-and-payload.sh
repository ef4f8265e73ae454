#!/usr/bin/env bash
# An RTP header has 12 fixed bytes. Then come the contributing sources (CSRC) that a mixer lists,
# then a header extension, then the payload, then padding.
# One would expect rtp-parser 1.0.0 to read the CSRC list where it is, and to give the payload.
# It reads the list three bytes too early, so each CSRC begins with bytes of the one before it.
# The first CSRC consists of three bytes of the SSRC and one of the list.
# It says that there is an extension or padding, but leaves both in the payload.
# So a player that plays the payload also plays the extension, as noise. No error is thrown.
# It matters behind a conference mixer, and with WebRTC, whose senders use extensions all the time.
# rtp.js 0.15.5 writes the packets here, and werift-rtp 0.8.9 reads them rightly.
# Source: RFC 3550, section 5.1 (the fixed header, CSRC list, padding) and 5.3.1 (extension).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts \
  rtp-parser@1.0.0 rtp.js@0.15.5 werift-rtp@0.8.9 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}

cat >look.mjs <<'JS'
import parser from "rtp-parser";
import { packets } from "rtp.js";
import werift from "werift-rtp";

const view = (...bytes) => new DataView(Uint8Array.from(bytes).buffer);
const hex = (numbers) => numbers.map((number) => number.toString(16)).join(" ") || "none";

function show(title, change) {
  const packet = new packets.RtpPacket();
  packet.setSsrc(0xaabbccdd);
  packet.setPayload(view(1, 2, 3));
  change(packet);
  packet.serialize();
  const { buffer, byteOffset, byteLength } = packet.getView();
  const bytes = Buffer.from(buffer, byteOffset, byteLength);

  const { header, payload } = werift.RtpPacket.deSerialize(bytes);
  const read = parser.parseRtpPacket(bytes);
  console.log(`${title}, from the SSRC on: ${bytes.subarray(8).toString("hex")}`);
  console.log(`  werift-rtp: CSRC ${hex(header.csrc)}, payload ${payload.toString("hex")}`);
  console.log(`  rtp-parser: CSRC ${hex(read.csrc)}, payload ${read.payload.toString("hex")}`);
}

show("plain", () => {});
show("two sources", (packet) => packet.setCsrcs([0x11111111, 0x22222222]));
show("padding", (packet) => packet.padTo4Bytes());
show("an extension", (packet) => {
  packet.enableOneByteExtensions();
  packet.setExtension(1, view(0xee));
});
JS

cat >before.txt <<'END'
plain, from the SSRC on: aabbccdd010203
  werift-rtp: CSRC none, payload 010203
  rtp-parser: CSRC none, payload 010203
two sources, from the SSRC on: aabbccdd1111111122222222010203
  werift-rtp: CSRC 11111111 22222222, payload 010203
  rtp-parser: CSRC bbccdd11 11111122, payload 010203
padding, from the SSRC on: aabbccdd01020301
  werift-rtp: CSRC none, payload 010203
  rtp-parser: CSRC none, payload 01020301
an extension, from the SSRC on: aabbccddbede000110ee0000010203
  werift-rtp: CSRC none, payload 010203
  rtp-parser: CSRC none, payload bede000110ee0000010203
END
timeout 30 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
