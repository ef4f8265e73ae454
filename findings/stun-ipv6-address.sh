#!/usr/bin/env bash
# A STUN server tells a client the address that it sees, XORed with numbers of the message.
# An IPv6 address is XORed with the magic cookie and with the transaction id of the message.
# One would expect a library that writes such an address to read it as well.
# @msimerson/stun 3.2.1 writes it rightly, but reads it without the transaction id.
# So the first four bytes are right, and the other twelve are random. It looks like an address.
# It cannot read what it wrote itself. No error is thrown.
# IPv4 addresses are right, as they are XORed with the magic cookie alone.
# stun 2.1.0, from which it was made, and webrtc-stun 3.0.0 read the same bytes rightly.
# It matters to a client on IPv6 that tells a peer where it can be reached: nobody reaches it.
# Source: RFC 8489, section 14.2, and the sample response of RFC 5769, section 2.3.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts \
  @msimerson/stun@3.2.1 stun@2.1.0 webrtc-stun@3.0.0 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}

cat >look.mjs <<'JS'
import newer from "@msimerson/stun";
import older from "stun";
import third from "webrtc-stun";

function show(title, bytes) {
  const message = third.createBlank();
  message.loadBuffer(bytes);
  console.log(title);
  console.log("  stun reads           ", older.decode(bytes).getXorAddress().address);
  console.log("  webrtc-stun reads    ", message.getXorMappedAddressAttribute().address);
  console.log("  @msimerson/stun reads", newer.decode(bytes).getXorAddress().address);
}

// The header and the address of the response in RFC 5769, section 2.3.
const transaction = "b7e7a701bc34d686fa87dfae";
const address = "0113a9fa" + "a5d3f179bc25f4b5bed2b9d9";
const sample = "01010018" + "2112a442" + transaction + "00200014" + "0002a147" + address;
show("RFC 5769's 2001:db8:1234:5678:11:2233:4455:6677", Buffer.from(sample, "hex"));

for (const own of ["2001:db8::1", "192.0.2.1"]) {
  const message = newer.createMessage(0x0101, Buffer.from(transaction, "hex"));
  message.addXorAddress(own, 5000);
  show(`@msimerson/stun's own ${own}`, newer.encode(message));
}
JS

cat >before.txt <<'END'
RFC 5769's 2001:db8:1234:5678:11:2233:4455:6677
  stun reads            2001:db8:1234:5678:11:2233:4455:6677
  webrtc-stun reads     2001:db8:1234:5678:11:2233:4455:6677
  @msimerson/stun reads 2001:db8:a5d3:f179:bc25:f4b5:bed2:b9d9
@msimerson/stun's own 2001:db8::1
  stun reads            2001:db8::1
  webrtc-stun reads     2001:db8::1
  @msimerson/stun reads 2001:db8:b7e7:a701:bc34:d686:fa87:dfaf
@msimerson/stun's own 192.0.2.1
  stun reads            192.0.2.1
  webrtc-stun reads     192.0.2.1
  @msimerson/stun reads 192.0.2.1
END
timeout 30 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
