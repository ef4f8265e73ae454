#!/usr/bin/env bash
# A gauge is a value that is set, such as a temperature. hot-shots 17.1.1 and node-statsd 0.1.1 have
# gauge(name, value) for it.
# One would expect gauge("temperature", -5) to set -5, twice in a row as well.
# Both send "temperature:-5|g". In statsd's protocol a sign means "change by", not "set to".
# So readings of 3, -5, -5 and -5 become 3, -2, -7 and -12 in statsd 0.9.0.
# When the gauge is 0 or new, -5 does set it to -5. So a first test with a negative value passes.
# A positive value always sets. So the error goes away with the next thaw, and leaves no trace.
# hot-shots has gaugeDelta() to change a gauge by a value, so gauge() should not do that.
# The way out: send 0 first, then the negative value, in this order.
# It matters for temperatures, balances, signal levels and clock offsets.
# Source: the protocol's description (docs/metric_types.md in statsd's package, "Gauges").
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts \
  hot-shots@17.1.1 node-statsd@0.1.1 statsd@0.9.0 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}
# A network of its own, where all programs end with the first one.
alone() {
  unshare --map-root-user --net --pid --fork --kill-child \
    sh -c 'ip link set lo up && exec "$@"' sh "$@"
}

cat >look.mjs <<'JS'
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import net from "node:net";
import HotShots from "hot-shots";
import NodeStatsD from "node-statsd";

const own = { address: "127.0.0.1", port: 18125, mgmt_address: "127.0.0.1", mgmt_port: 18126 };
writeFileSync("config.js", JSON.stringify({ ...own, flushInterval: 600_000, backends: [] }));
const daemon = spawn(process.execPath, ["node_modules/statsd/stats.js", "config.js"], {
  stdio: "ignore",
});

// Asks on the port for administrators. The answer ends with END.
async function ask(what) {
  const socket = net.connect(own.mgmt_port, own.mgmt_address);
  socket.write(`${what}\n`);
  let text = "";
  for await (const part of socket.setEncoding("utf8")) {
    text += part;
    if (text.includes("END")) break;
  }
  return text;
}
const read = async (name) => (await ask("gauges")).match(`${name}: ([-0-9]+)`)?.[1];
const pause = () => new Promise((resolve) => setTimeout(resolve, 100));

try {
  const clients = {
    hotshots: new HotShots({ host: own.address, port: own.port }),
    nodestatsd: new NodeStatsD({ host: own.address, port: own.port }),
  };
  // The daemon says that it is up before it is. It is up when it has the first value.
  for (let i = 0; i < 100 && (await read("ready").catch(() => "")) !== "1"; i++) {
    clients.hotshots.gauge("ready", 1);
    await pause();
  }

  for (const [name, client] of Object.entries(clients)) {
    for (const series of [[3, -5, -5, -5], [0, -5, -5], [20, 0, -5]]) {
      const gauge = `${name}${series.length}${series[0]}`;
      const results = [];
      for (const value of series) {
        client.gauge(gauge, value);
        await pause();
        results.push(await read(gauge));
      }
      console.log(`${name}: gauge() with ${series.join(", ")} gives ${results.join(", ")}`);
    }
  }
} finally {
  daemon.kill();
}
process.exit();
JS

cat >before.txt <<'END'
hotshots: gauge() with 3, -5, -5, -5 gives 3, -2, -7, -12
hotshots: gauge() with 0, -5, -5 gives 0, -5, -10
hotshots: gauge() with 20, 0, -5 gives 20, 0, -5
nodestatsd: gauge() with 3, -5, -5, -5 gives 3, -2, -7, -12
nodestatsd: gauge() with 0, -5, -5 gives 0, -5, -10
nodestatsd: gauge() with 20, 0, -5 gives 20, 0, -5
END
alone timeout 30 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
