#!/usr/bin/env bash
# The last 32 bits of an IPv6 address may be written as an IPv4 address. NAT64 addresses are
# written so, such as 64:ff9b::192.0.2.33, and so are mapped ones, such as ::ffff:192.0.2.33.
# One would expect a DNS server made with dns2 3.0.0 to serve such an AAAA record, or to refuse it.
# It reads "192.0.2.33" as the hexadecimal number 192, and serves 64:ff9b::192. No error is thrown.
# That is the address of another host: NAT64 takes it for 0.0.1.146.
# dns2's own client reads the same wrong address, so a test with both sides may miss it.
# Addresses without dots are right. dns-packet 5.6.1 encodes both forms rightly.
# It matters for a DNS64 server, which makes just these addresses from A records.
# Source: RFC 4291, section 2.2, item 3 (the mixed form); RFC 6052, section 2.4 (NAT64 addresses).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts dns2@3.0.0 dns-packet@5.6.1 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}
# A network of its own, where all programs end with the first one.
alone() {
  unshare --map-root-user --net --pid --fork --kill-child \
    sh -c 'ip link set lo up && exec "$@"' sh "$@"
}

cat >look.mjs <<'JS'
import { Resolver } from "node:dns/promises";
import packet from "dns-packet";
import dns2 from "dns2";

let address;
const server = dns2.createServer({
  udp: true,
  handle(request, send) {
    const response = dns2.Packet.createResponseFromRequest(request);
    const { name } = request.questions[0];
    const { TYPE, CLASS } = dns2.Packet;
    response.answers.push({ name, type: TYPE.AAAA, class: CLASS.IN, ttl: 60, address });
    send(response);
  },
});
const { udp } = await server.listen({ udp: { port: 0, address: "127.0.0.1" } });
const resolver = new Resolver();
resolver.setServers([`127.0.0.1:${udp.port}`]);

for (const text of ["64:ff9b::c000:221", "64:ff9b::192.0.2.33", "::ffff:192.0.2.33"]) {
  address = text;
  const [byNode] = await resolver.resolve6("host.test");
  const record = { type: "AAAA", name: "host.test", data: text };
  const bytes = packet.encode({ type: "response", answers: [record] });
  const { answers: [{ data }] } = packet.decode(bytes);
  console.log(`${text}: dns2 serves ${byNode}, dns-packet writes ${data}`);
}
process.exit();
JS

cat >before.txt <<'END'
64:ff9b::c000:221: dns2 serves 64:ff9b::c000:221, dns-packet writes 64:ff9b::c000:221
64:ff9b::192.0.2.33: dns2 serves 64:ff9b::192, dns-packet writes 64:ff9b::c000:221
::ffff:192.0.2.33: dns2 serves ::255.255.1.146, dns-packet writes ::ffff:c000:221
END
alone timeout 40 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
