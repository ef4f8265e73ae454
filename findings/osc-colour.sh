#!/usr/bin/env bash
# A colour in OSC (type tag r) has four bytes: red, green, blue, alpha.
# One would expect osc-min 2.1.2 to write four bytes, as it reads four.
# It writes 16: the colour, and twelve zeros. A receiver takes the zeros for the next arguments.
# So a number after a colour is read as 0, a text as nothing, and a second colour as transparent.
# The colour itself is right, and so is each argument before it. No error is thrown.
# A test with the colour alone, or with the colour at the end, passes.
# osc 2.4.5 and osc-min itself read the same wrong values. What osc 2.4.5 writes is read rightly.
# It matters for lights and pictures, where a colour comes with a time or with a second colour.
# The way out is one colour in a message, and as the last argument.
# Source: Open Sound Control 1.0, section "OSC Type Tag String", the table of less common types
# (r: a colour of 32 bits, RGBA).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts osc-min@2.1.2 osc@2.4.5 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}

cat >look.mjs <<'JS'
import osc from "osc";
import * as oscMin from "osc-min";

// Each argument: its type in osc-min, its tag, and its value in both libraries.
const ORANGE = ["color", "r", { red: 255, green: 128, blue: 0, alpha: 255 }];
const BLUE = ["color", "r", { red: 0, green: 0, blue: 255, alpha: 255 }];
const SEVEN = ["integer", "i", 7];
const ON = ["string", "s", "on"];

const text = (value) => typeof value === "object" ? Object.values(value).join("/") : String(value);
// osc counts alpha from 0 to 1, and osc-min from 0 to 255.
const toOsc = ({ red: r, green: g, blue: b, alpha }) => ({ r, g, b, a: alpha / 255 });
const fromOsc = ({ r, g, b, a }) => ({ r, g, b, a: a * 255 });

const writers = {
  "osc-min": (args) => {
    const message = { address: "/lamp", args: args.map(([type, , value]) => ({ type, value })) };
    const { buffer, byteOffset, byteLength } = oscMin.toBuffer(message);
    return Buffer.from(buffer, byteOffset, byteLength);
  },
  "osc": (args) =>
    Buffer.from(osc.writePacket({
      address: "/lamp",
      args: args.map(([, type, value]) => ({ type, value: type === "r" ? toOsc(value) : value })),
    })),
};
const readers = {
  "osc-min": (bytes) => oscMin.fromBuffer(bytes).args.map(({ value }) => text(value)),
  "osc": (bytes) =>
    osc.readPacket(Uint8Array.from(bytes), {}).args
      .map((value) => text(typeof value === "object" ? fromOsc(value) : value)),
};

for (const args of [[SEVEN, ON, ORANGE], [ORANGE, SEVEN, ON], [ORANGE, BLUE]]) {
  console.log(args.map(([, , value]) => text(value)).join(", "));
  for (const [writer, write] of Object.entries(writers)) {
    const bytes = write(args);
    for (const [reader, read] of Object.entries(readers)) {
      const values = read(bytes).map((value) => value || '""').join(", ");
      console.log(`  ${writer} writes ${bytes.length} bytes, ${reader} reads ${values}`);
    }
  }
}
JS

cat >before.txt <<'END'
7, on, 255/128/0/255
  osc-min writes 40 bytes, osc-min reads 7, on, 255/128/0/255
  osc-min writes 40 bytes, osc reads 7, on, 255/128/0/255
  osc writes 28 bytes, osc-min reads 7, on, 255/128/0/255
  osc writes 28 bytes, osc reads 7, on, 255/128/0/255
255/128/0/255, 7, on
  osc-min writes 40 bytes, osc-min reads 255/128/0/255, 0, ""
  osc-min writes 40 bytes, osc reads 255/128/0/255, 0, ""
  osc writes 28 bytes, osc-min reads 255/128/0/255, 7, on
  osc writes 28 bytes, osc reads 255/128/0/255, 7, on
255/128/0/255, 0/0/255/255
  osc-min writes 44 bytes, osc-min reads 255/128/0/255, 0/0/0/0
  osc-min writes 44 bytes, osc reads 255/128/0/255, 0/0/0/0
  osc writes 20 bytes, osc-min reads 255/128/0/255, 0/0/255/255
  osc writes 20 bytes, osc reads 255/128/0/255, 0/0/255/255
END
timeout 30 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
