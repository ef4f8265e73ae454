#!/usr/bin/env bash
# Ships tell by radio (AIS) how fast they turn. Receivers pass the sentences on, often by UDP.
# The field is 4.733 times the root of the degrees a minute: 21 is 20 degrees to starboard, and -21
# is 20 degrees to port.
# One would expect a decoder to give 20 and -20.
# gpsdecode of gpsd 3.22 gives 20 for both, because it squares the field. So a ship that turns to
# port is said to turn to starboard. That is its usual output. With -u it gives the field itself.
# ais-stream-decoder 2.1.2 takes the root a second time: 2.1 degrees to starboard, and nothing for
# each turn to port. It also takes 127, which means "fast, and not measured", for 5.2 degrees.
# No error is reported. Position, course and speed are right, and so is a ship that does not turn.
# It matters because the turn shows where a ship is going before its course has changed.
# ggencoder 1.0.10 writes the sentences here.
# Source: ITU-R M.1371-5, annex 8, section 3.1 (rate of turn: formula, sign, 127, -127 and -128).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts ggencoder@1.0.10 ais-stream-decoder@2.1.2 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}
# The program and its libraries are unpacked here and not installed.
timeout 50 apt-get download gpsd-clients=3.22-4.1+deb12u1 libgps28=3.22-4.1+deb12u1 \
  libbluetooth3 libdbus-1-3 libusb-1.0-0 >apt.log 2>&1 || {
  echo "apt-get could not get the programs."
  exit 2
}
for package in *.deb; do dpkg -x "$package" .; done
LD_LIBRARY_PATH=$(find "$folder/usr" "$folder/lib" -name '*.so*' -printf '%h\n' 2>/dev/null |
  sort -u | paste -sd:) || true
export LD_LIBRARY_PATH

cat >look.mjs <<'JS'
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import decoder from "ais-stream-decoder";
import ggencoder from "ggencoder";

const TURNS = {
  "no turn": 0,
  "20 degrees to starboard": 21,
  "20 degrees to port": -21,
  "200 degrees to starboard": 67,
  "200 degrees to port": -67,
  "fast to starboard": 127,
  "fast to port": -127,
  "not known": -128,
};

function gpsd(sentence, option) {
  const text = execFileSync("usr/bin/gpsdecode", ["-j", option], { input: `${sentence}\n` });
  return JSON.parse(text).turn;
}

async function stream(sentence) {
  const ais = new decoder.default();
  ais.write(sentence);
  const [text] = await once(ais, "data");
  const turn = JSON.parse(text).rateOfTurn;
  return typeof turn === "number" ? turn.toFixed(1) : turn;
}

for (const [name, rot] of Object.entries(TURNS)) {
  const report = { aistype: 1, mmsi: 200000001, navstatus: 0, lon: 4.2, lat: 52.1, smi: 0 };
  const { nmea } = new ggencoder.AisEncode({ ...report, cog: 90, sog: 12, hdg: 90, rot });
  console.log(`${name}, the field is ${gpsd(nmea, "-u")}:`);
  console.log(`  gpsd ${gpsd(nmea, "-s")}, ais-stream-decoder ${await stream(nmea)}`);
}
JS

cat >before.txt <<'END'
no turn, the field is 0:
  gpsd 0, ais-stream-decoder 0.0
20 degrees to starboard, the field is 21:
  gpsd 20, ais-stream-decoder 2.1
20 degrees to port, the field is -21:
  gpsd 20, ais-stream-decoder null
200 degrees to starboard, the field is 67:
  gpsd 200, ais-stream-decoder 3.8
200 degrees to port, the field is -67:
  gpsd 200, ais-stream-decoder null
fast to starboard, the field is 127:
  gpsd fastright, ais-stream-decoder 5.2
fast to port, the field is -127:
  gpsd fastleft, ais-stream-decoder null
not known, the field is -128:
  gpsd nan, ais-stream-decoder null
END
timeout 30 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
