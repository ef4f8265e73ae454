#!/usr/bin/env bash
# A sender report carries an NTP timestamp: 32 bits of seconds, then 32 bits of a fraction.
# The fraction counts parts of 2^32, so 0x80000000 is half a second.
# One would expect ntpTime2Sec of werift-rtp 0.8.9 to turn this into seconds with that fraction.
# It puts the two numbers side by side as decimal text, with a dot between them.
# So half a second (2147483648 parts) becomes .2147483648, and a hundredth becomes .42949673.
# A hundredth and a tenth of a second become nearly the same time, and time runs backwards.
# No error is thrown, and the seconds are right, so the result looks right.
# toJSON() of RtcpSenderInfo uses it, so logs of sender reports are wrong in the same way.
# It matters when sound and picture are put in step by sender reports: the error is up to 0.8 s.
# Source: RFC 3550, sections 4 and 6.4.1 (NTP timestamp of a sender report).
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

for (const meant of [0.01, 0.05, 0.1, 0.5, 0.9]) {
  const fraction = Math.round(meant * 2 ** 32);
  const bytes = new Uint8Array(28);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x80c80006); // version 2, no report block, packet type 200, 28 bytes
  view.setUint32(8, 4_005_031_955); // 30 November 2026
  view.setUint32(12, fraction);

  const report = werift.RtcpPacketConverter.deSerialize(Buffer.from(bytes))[0];
  const seconds = werift.ntpTime2Sec(report.senderInfo.ntpTimestamp);
  const logged = report.senderInfo.toJSON().ntpTimestamp;
  const other = new packets.CompoundPacket(view).getPackets()[0].getNtpFraction() / 2 ** 32;
  console.log(
    `a fraction of ${meant} s: rtp.js reads ${other.toFixed(2)}, ` +
      `werift-rtp reads ${(seconds % 1).toFixed(2)} and logs ${(logged % 1).toFixed(2)}`,
  );
}
JS

cat >before.txt <<'END'
a fraction of 0.01 s: rtp.js reads 0.01, werift-rtp reads 0.43 and logs 0.43
a fraction of 0.05 s: rtp.js reads 0.05, werift-rtp reads 0.21 and logs 0.21
a fraction of 0.1 s: rtp.js reads 0.10, werift-rtp reads 0.43 and logs 0.43
a fraction of 0.5 s: rtp.js reads 0.50, werift-rtp reads 0.21 and logs 0.21
a fraction of 0.9 s: rtp.js reads 0.90, werift-rtp reads 0.39 and logs 0.39
END
timeout 30 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
