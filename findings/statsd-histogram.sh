#!/usr/bin/env bash
# hot-shots 17.1.1 has histogram() and distribution() for values such as the time of a request.
# They go out as "latency:120|h" and "latency:120|d", two types that Datadog's agent has added.
# One would expect the original statsd 0.9.0 to treat them as timers, or to call the line bad.
# It takes every type that it does not know for a counter.
# Requests of 120, 130 and 125 ms become the counter 375, and there is no mean and no percentile.
# The count of bad lines stays 0. So the graph shows a number that grows with the traffic.
# The same line with "|x" is a counter as well, while "latency:fast|h" is called a bad line.
# It matters when the agent is replaced by a plain statsd, in tests or to save money.
# Source: statsd's own list of types (docs/metric_types.md in the package) has c, ms, g and s.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts hot-shots@17.1.1 statsd@0.9.0 >npm.log 2>&1 || {
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
import dgram from "node:dgram";
import { writeFileSync } from "node:fs";
import net from "node:net";
import StatsD from "hot-shots";

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
  return text.replace(/\s+/g, " ").replace(/ ?END ?/, "");
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
try {
  const socket = dgram.createSocket("udp4");
  const send = (line) => socket.send(line, own.port, own.address);
  // The daemon says that it is up before it is. It is up when it counts.
  for (let i = 0; i < 200 && !(await ask("counters").catch(() => "")).includes("ready"); i++) {
    send("ready:1|c");
    await pause();
  }

  const client = new StatsD({ host: own.address, port: own.port });
  for (const time of [120, 130, 125]) {
    client.histogram("histogram", time);
    client.distribution("distribution", time);
    client.timing("timing", time);
  }
  send("unknown:120|x");
  send("text:fast|h");
  await pause();
  await pause();

  const counters = await ask("counters");
  for (const name of ["histogram", "distribution", "unknown", "bad_lines_seen"]) {
    console.log(`counter ${name}: ${counters.match(`${name}'?: ([0-9]+)`)?.[1]}`);
  }
  console.log("timers", await ask("timers"));
} finally {
  daemon.kill();
}
process.exit();
JS

cat >before.txt <<'END'
counter histogram: 375
counter distribution: 375
counter unknown: 120
counter bad_lines_seen: 1
timers { timing: [ 120, 130, 125 ] }
END
alone timeout 30 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
