#!/usr/bin/env bash
# "dig -p 5353" asks one host about names in .local. RFC 6762 calls that a one-shot legacy query.
# One would expect each responder to send its answer straight back, with the query's number.
# bonjour-service 1.4.4 (52 million downloads a month) answers to the multicast group alone.
# So dig, and each simple resolver, waits in vain, while browsers of services find the service.
# @homebridge/ciao 1.3.12 answers dig. But it cuts a service's name at each dot.
# "Printer v1.2" becomes the two labels "Printer v1" and "2", where one label is right.
# When dig asks for the right name, ciao repeats the question with the two labels, so dig refuses
# the answer.
# bonjour-service announces another name, without a dot: "Printer v1-2".
# It matters when one looks for a fault with dig, and for names such as "TV 2.0" or "Dr. No".
# Source: RFC 6762, section 6.7 (legacy unicast responses); RFC 6763, sections 4.1.1 and 4.3 (the
# name is one label, and dots in it are escaped).
set -euo pipefail
command -v dig >/dev/null || { echo "dig is not installed."; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts \
  bonjour-service@1.4.4 @homebridge/ciao@1.3.12 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}
# A network of its own, where all programs end with the first one.
alone() {
  local room='ip link set lo up multicast on && ip route add 224.0.0.0/4 dev lo && exec "$@"'
  unshare --map-root-user --net --pid --fork --kill-child sh -c "$room" sh "$@"
}

cat >look.mjs <<'JS'
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import ciao from "@homebridge/ciao";
import { Bonjour } from "bonjour-service";

const NAMES = ["Printer\\032v1\\.2", "Printer\\032v1.2", "Printer\\032v1-2"];
const service = { name: "Printer v1.2", type: "ipp", port: 631 };
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function ask(name, type) {
  const options = ["+time=1", "+tries=2", "+noedns", "+short", "@127.0.0.1", "-p", "5353"];
  const run = promisify(execFile)("dig", [...options, name, type]);
  const { stdout } = await run.catch((error) => error);
  const [line] = stdout.trim().split("\n");
  return line.startsWith(";;") ? line.replaceAll(";; ", "").replace(/.*: /, "") : line;
}
async function askAll(title) {
  console.log(title);
  console.log(`  _ipp._tcp.local: ${await ask("_ipp._tcp.local", "PTR")}`);
  for (const name of NAMES) {
    console.log(`  ${name}._ipp._tcp.local: ${await ask(`${name}._ipp._tcp.local`, "SRV")}`);
  }
}

const responder = new Bonjour({ interface: "127.0.0.1", bind: "0.0.0.0" });
responder.publish({ ...service, host: "box.local" });
const browser = new Bonjour({ interface: "127.0.0.1", bind: "0.0.0.0" });
const found = new Promise((resolve) => browser.findOne({ type: "ipp" }, 10_000, resolve));
console.log(`bonjour-service's own browser finds "${(await found)?.name}"`);
browser.destroy();
await pause(200);
await askAll("bonjour-service, asked by dig");
responder.destroy();
await pause(200);

const other = ciao.getResponder({ interface: "lo" });
await other.createService({ ...service, hostname: "box" }).advertise();
await askAll("@homebridge/ciao, asked by dig");
process.exit();
JS

cat >before.txt <<'END'
bonjour-service's own browser finds "Printer v1-2"
bonjour-service, asked by dig
  _ipp._tcp.local: timed out
  Printer\032v1\.2._ipp._tcp.local: timed out
  Printer\032v1.2._ipp._tcp.local: timed out
  Printer\032v1-2._ipp._tcp.local: timed out
@homebridge/ciao, asked by dig
  _ipp._tcp.local: Printer\032v1.2._ipp._tcp.local.
  Printer\032v1\.2._ipp._tcp.local: got Printer\032v1.2._ipp._tcp.local/SRV/IN
  Printer\032v1.2._ipp._tcp.local: 0 0 631 box.local.
  Printer\032v1-2._ipp._tcp.local: timed out
END
alone timeout 40 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
