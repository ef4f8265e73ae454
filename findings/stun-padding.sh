#!/usr/bin/env bash
# A STUN attribute is padded to a multiple of four bytes. The receiver ignores what is in there.
# The integrity (HMAC) and the fingerprint (CRC) cover the message as sent, so the padding as well.
# One would expect a library to accept the sample responses of RFC 5769. They pad with a space.
# stun 2.1.0, @msimerson/stun 3.2.1 and webrtc-stun 3.0.0 say that both checks fail.
# Each of them writes the decoded message again, and checks that, not the bytes that came.
# What they write has zeros as padding. webrtc-stun also leaves out attributes it does not know.
# So it refuses each request of ICE, which has a priority, though HMAC and CRC are right.
# The libraries rarely notice when they talk to each other, as all of them pad with zeros.
# It matters when the other side is another program: the right password is called wrong.
# Source: RFC 5389, section 15 (padding may be any value), RFC 8489, section 14 (the receiver must
# ignore it), and the responses of RFC 5769, sections 2.2 and 2.3, with the password printed there.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts \
  stun@2.1.0 @msimerson/stun@3.2.1 webrtc-stun@3.0.0 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}

cat >look.mjs <<'JS'
import { createHmac } from "node:crypto";
import older from "stun";
import newer from "@msimerson/stun";
import third from "webrtc-stun";

const PASSWORD = "VOkJxbRl1RmTxUk/WvJxBt";

// The HMAC stands before the CRC, which ends the message. It covers all that is before itself.
function hasRightHmac(bytes) {
  const covered = Buffer.from(bytes.subarray(0, -32));
  covered.writeUInt16BE(bytes.length - 20 - 8, 2); // the length then, without the CRC
  return createHmac("sha1", PASSWORD).update(covered).digest().equals(bytes.subarray(-28, -8));
}

function show(title, bytes) {
  console.log(title);
  console.log(`  computed here: HMAC ${hasRightHmac(bytes)}`);
  for (const [name, library] of [["stun", older], ["@msimerson/stun", newer]]) {
    const message = library.decode(bytes);
    const integrity = library.validateMessageIntegrity(message, PASSWORD);
    console.log(`  ${name}: HMAC ${integrity}, CRC ${library.validateFingerprint(message)}`);
  }
  const message = third.createBlank();
  message.loadBuffer(bytes);
  const integrity = message.validateMessageIntegrity(PASSWORD);
  console.log(`  webrtc-stun: HMAC ${integrity}, CRC ${message.validateFingerprint()}`);
}

const software = "8022000b" + "7465737420766563746f72" + "20"; // the last byte is the padding
const start = "2112a442" + "b7e7a701bc34d686fa87dfae" + software;
show(
  "RFC 5769, section 2.2",
  Buffer.from(
    "0101003c" + start + "00200008" + "0001a147e112a643" +
      "00080014" + "2b91f599fd9e90c38c7489f92af9ba53f06be7d7" + "80280004" + "c07d4c96",
    "hex",
  ),
);
show(
  "RFC 5769, section 2.3",
  Buffer.from(
    "01010048" + start + "00200014" + "0002a147" + "0113a9faa5d3f179bc25f4b5bed2b9d9" +
      "00080014" + "a382954e4be67bf11784c97c8292c275bfe3ed41" + "80280004" + "c8fb0b4c",
    "hex",
  ),
);

function signed(add) {
  const message = older.createMessage(older.constants.STUN_BINDING_REQUEST);
  add(message);
  message.addMessageIntegrity(PASSWORD);
  message.addFingerprint();
  return older.encode(message);
}
show("padded with zeros, by stun", signed((message) => message.addSoftware("test vector")));
show("with a priority, by stun", signed((message) => message.addPriority(1)));
JS

cat >before.txt <<'END'
RFC 5769, section 2.2
  computed here: HMAC true
  stun: HMAC false, CRC false
  @msimerson/stun: HMAC false, CRC false
  webrtc-stun: HMAC false, CRC false
RFC 5769, section 2.3
  computed here: HMAC true
  stun: HMAC false, CRC false
  @msimerson/stun: HMAC false, CRC false
  webrtc-stun: HMAC false, CRC false
padded with zeros, by stun
  computed here: HMAC true
  stun: HMAC true, CRC true
  @msimerson/stun: HMAC true, CRC true
  webrtc-stun: HMAC true, CRC true
with a priority, by stun
  computed here: HMAC true
  stun: HMAC true, CRC true
  @msimerson/stun: HMAC true, CRC true
[webrtc-stun] Attr type 0x24 is not supported yet. <Buffer 00 00 00 01>
  webrtc-stun: HMAC false, CRC false
END
timeout 30 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
