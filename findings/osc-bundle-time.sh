#!/usr/bin/env bash
# An OSC bundle carries a time tag: 32 bits of seconds, and a fraction in parts of 2^32.
# A sequencer sends bundles ahead of time, and the receiver plays each at its time.
# One would expect osc-js 2.4.1 to play it then. It has a scheduler for that.
# It writes the fraction rightly. When it reads, it rounds the fraction to 0 or 1.
# So each bundle is played at a whole second, up to half a second too early or too late.
# Four notes a quarter of a second apart arrive as two chords, a second apart.
# No error is thrown. osc 2.4.5 and node-osc 11.7.1 read the same bundles rightly.
# It matters to everybody who has timing as the reason for using bundles.
# Source: Open Sound Control 1.0, sections "OSC Time Tags" and "Temporal Semantics".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts osc-js@2.4.1 osc@2.4.5 node-osc@11.7.1 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}

cat >look.mjs <<'JS'
import { decode } from "node-osc";
import osc from "osc";
import OscJs from "osc-js";

const START = Date.UTC(2026, 10, 30, 12);
const receiver = new OscJs({ plugin: new OscJs.DatagramPlugin() });
receiver.on("/note", () => {});

// The scheduler's clock stands at two seconds before the start. Its timer only says the time.
Date.now = () => START - 2000;
let played;
globalThis.setTimeout = (_, wait) => played = wait - 2000;

for (const due of [0, 250, 500, 750]) {
  const bundle = new OscJs.Bundle([new OscJs.Message("/note", 60)], START + due);
  const bytes = Uint8Array.from(bundle.pack());

  const first = osc.readPacket(bytes, {}).timeTag.native - START;
  const second = Math.round(decode(Buffer.from(bytes)).timetag * 1000) - START;
  receiver.eventHandler.notify(bytes);
  const read = `osc reads ${first}, node-osc reads ${second}`;
  console.log(`due at ${due} ms: ${read}, osc-js plays at ${played}`);
}
process.exit();
JS

cat >before.txt <<'END'
due at 0 ms: osc reads 0, node-osc reads 0, osc-js plays at 0
due at 250 ms: osc reads 250, node-osc reads 250, osc-js plays at 0
due at 500 ms: osc reads 500, node-osc reads 500, osc-js plays at 1000
due at 750 ms: osc reads 750, node-osc reads 750, osc-js plays at 1000
END
timeout 30 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
