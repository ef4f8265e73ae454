#!/usr/bin/env bash
# A network can deliver a datagram twice, and a CoAP client repeats a request that is not
# acknowledged. Both copies have the same message ID, so a server can recognize the second one.
# One would expect a server made with coap 1.5.0 to run the handler once, as it keeps its answers.
# It does so if the handler answers within 50 ms, and the copy comes after the answer.
# A slower handler runs twice, whether the copy comes before its answer or long after it.
# In that case coap first sends an empty acknowledgement. It keeps that without the token, but looks
# for the ID and the token together. The answer itself has another ID. So it finds neither.
# The client sees one answer and no error. A test with a quick handler passes.
# It matters for each POST that does something: an order is stored twice, a door opens and closes.
# createServer({ piggybackReplyMs: 1000 }) moves the limit to 1 s. Copies that come before the
# answer still run the handler, unless it keeps a list of IDs itself.
# Source: RFC 7252, sections 4.5 (a request is processed only once, if repeating it does harm),
# 5.2.2 (separate responses) and 5.8.2 (POST is not idempotent).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts coap@1.5.0 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}
# A network of its own, where all programs end with the first one.
alone() {
  unshare --map-root-user --net --pid --fork --kill-child \
    sh -c 'ip link set lo up && exec "$@"' sh "$@"
}

cat >look.mjs <<'JS'
import dgram from "node:dgram";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import coap from "coap";

const host = "127.0.0.1";

// Passes each request to the server, and again some milliseconds later. Returns its own port.
async function network(serverPort, later) {
  const front = dgram.createSocket("udp4").bind(0, host);
  const back = dgram.createSocket("udp4");
  let client;
  front.on("message", async (request, sender) => {
    client = sender;
    back.send(request, serverPort, host);
    await sleep(later);
    back.send(request, serverPort, host);
  });
  back.on("message", (response) => front.send(response, client.port, client.address));
  await once(front, "listening");
  return front.address().port;
}

let serverPort = 15693;
for (const piggybackReplyMs of [undefined, 1000]) {
  console.log(piggybackReplyMs ? `piggybackReplyMs: ${piggybackReplyMs}` : "by default");
  for (const [takes, later] of [[0, 400], [200, 400], [200, 20]]) {
    let orders = 0;
    const server = coap.createServer({ piggybackReplyMs }, async (request, response) => {
      orders++;
      await sleep(takes);
      response.code = "2.04";
      response.end("stored");
    });
    serverPort++;
    await new Promise((resolve) => server.listen(serverPort, host, resolve));

    const port = await network(serverPort, later);
    const request = coap.request({ host, port, method: "POST", pathname: "/orders" });
    request.end("one bicycle");
    const [{ code, payload }] = await once(request, "response");
    await sleep(1000);
    const when = `the answer takes ${takes} ms, the copy comes after ${later} ms`;
    console.log(`  ${when}: client reads "${code} ${payload}", orders: ${orders}`);
  }
}
process.exit();
JS

cat >before.txt <<'END'
by default
  the answer takes 0 ms, the copy comes after 400 ms: client reads "2.04 stored", orders: 1
  the answer takes 200 ms, the copy comes after 400 ms: client reads "2.04 stored", orders: 2
  the answer takes 200 ms, the copy comes after 20 ms: client reads "2.04 stored", orders: 2
piggybackReplyMs: 1000
  the answer takes 0 ms, the copy comes after 400 ms: client reads "2.04 stored", orders: 1
  the answer takes 200 ms, the copy comes after 400 ms: client reads "2.04 stored", orders: 1
  the answer takes 200 ms, the copy comes after 20 ms: client reads "2.04 stored", orders: 2
END
alone timeout 50 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
