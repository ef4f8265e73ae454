#!/usr/bin/env bash
# An RTCP receiver report says how many packets were lost so far, as a signed number of 24 bits.
# One would expect two libraries to read the same number from the same report.
# rtp.js 0.15.5 keeps only the lowest 12 bits: it reads 4,096 lost packets as 0, and 5,000 as 904.
# It reads -1 (one duplicate more than losses) as 4,095, and writes -1 as 0x800001, or -8,388,607.
# werift-rtp 0.8.9 reads the large numbers well. It reads -1 as 16,777,215.
# Neither library throws an error.
# It matters in long calls: the number of lost packets falls back to 0 again and again.
# One duplicated packet on a good line can look like a call that lost everything.
# Source: RFC 3550, section 6.4.1 (24 bits), and appendix A.3 (the count may be negative, and is
# clamped to the signed range from 0x800000 to 0x7fffff).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts rtp.js@0.15.5 werift-rtp@0.8.9 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}

cat >look.mjs <<'JS'
import { packets } from "rtp.js";
import werift from "werift-rtp";

// A receiver report with one block. Only the number of lost packets differs.
function report(lost) {
  const bytes = Buffer.from(
    "81c90007" + "11111111" + "22222222" + "00" + lost + "00010005" + "00000003" + "00".repeat(8),
    "hex",
  );
  return Uint8Array.from(bytes);
}

for (const lost of ["000fff", "001000", "001388", "0186a0", "ffffff"]) {
  const bytes = report(lost);
  const meant = Buffer.from(lost, "hex").readIntBE(0, 3);
  const compound = new packets.CompoundPacket(new DataView(bytes.buffer));
  const first = compound.getPackets()[0].getReports()[0].getTotalLost();
  const [other] = werift.RtcpPacketConverter.deSerialize(Buffer.from(bytes));
  const second = other.reports[0].packetsLost;
  console.log(`0x${lost} means ${meant}; rtp.js reads ${first}; werift-rtp reads ${second}`);
}

const own = new packets.ReceptionReport();
own.setTotalLost(-1);
const view = own.getView();
const written = Buffer.from(view.buffer, view.byteOffset, view.byteLength).subarray(5, 8);
const means = written.readIntBE(0, 3);
console.log(`rtp.js writes -1 as 0x${written.toString("hex")}, which means ${means}`);
JS

cat >before.txt <<'END'
0x000fff means 4095; rtp.js reads 4095; werift-rtp reads 4095
0x001000 means 4096; rtp.js reads 0; werift-rtp reads 4096
0x001388 means 5000; rtp.js reads 904; werift-rtp reads 5000
0x0186a0 means 100000; rtp.js reads 1696; werift-rtp reads 100000
0xffffff means -1; rtp.js reads 4095; werift-rtp reads 16777215
rtp.js writes -1 as 0x800001, which means -8388607
END
timeout 30 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
