#!/usr/bin/env bash
# Node.js hands out many small Buffers as slices of one large piece of memory.
# One would expect osc 2.4.5 to read an OSC message from any Buffer.
# It reads integers, floats and strings at the right place, wherever the Buffer starts.
# It reads blobs, MIDI messages and colours from the start of the memory behind the Buffer.
# So these arguments get bytes of something else.
# The length of the blob and the arguments after it are right, and no error is thrown.
# Datagrams that Node.js 20 receives start at 0, so the library's own UDP port works.
# The fault shows with Buffer.from(), Buffer.concat(), TCP, files, and messages cut out of a frame.
# A copy helps: osc.readPacket(Uint8Array.from(bytes), {}). node-osc 11.7.1 reads rightly.
# It matters because a program that moves from UDP to TCP or to a log file gets wrong samples.
# Source: Open Sound Control 1.0, section "Atomic Data Types"; Node.js, Buffer.byteOffset.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts osc@2.4.5 node-osc@11.7.1 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}

cat >look.mjs <<'JS'
import { decode } from "node-osc";
import osc from "osc";

const message = Buffer.from(osc.writePacket({
  address: "/sample",
  args: [
    { type: "i", value: 7 },
    { type: "b", value: Uint8Array.of(1, 2, 3, 4) },
    { type: "m", value: Uint8Array.of(0, 0x90, 60, 127) },
    { type: "s", value: "end" },
  ],
}));
const hex = (value) => value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value;

const show = (title, values) => console.log(`${title}: ${values.map(hex).join(" ")}`);

// A frame, as in a log or on a TCP connection: a header of 8 bytes, then the message.
const frame = Uint8Array.from([...Buffer.from("HEADER00"), ...message]);
const slice = Buffer.from(frame.buffer, 8);
show("the slice, read by node-osc", decode(slice).args.map(({ value }) => value));
show("a copy of it, read by osc", osc.readPacket(Uint8Array.from(slice), {}).args);
show("the slice, read by osc", osc.readPacket(slice, {}).args);
JS

cat >before.txt <<'END'
the slice, read by node-osc: 7 01020304 00903c7f end
a copy of it, read by osc: 7 01020304 00903c7f end
the slice, read by osc: 7 00000007 00000004 end
END
timeout 30 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
