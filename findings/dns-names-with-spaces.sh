#!/usr/bin/env bash
# Services in the DNS (DNS-SD) have names such as "Printer v1.2" or "Büro". A PTR record lists them,
# and a client asks for each name's SRV and TXT records.
# One would expect that a program can ask for a name that its own resolver has just given it.
# With node:dns of Node.js 20.20.2 it cannot: it throws EBADNAME, and no question goes out.
# That is so for a name with a space, a letter outside ASCII, or a sign such as @.
# With Deno.resolveDns of Deno 2.9.6 a space or a sign makes an error, too.
# For "Büro" Deno asks for xn--b14ro-9qa6437c, another name, and gets its records without an error.
# Its escapes are octal: \040 is a space. Those of dig, Node.js and RFC 1035 are decimal: \032.
# So a name that is copied from one program into another means something else there.
# Node.js 22.22.0, 24.12.0 and 26.12.1 do the same as 20.20.2.
# It matters because neither resolver can be used to look for services.
# Source: RFC 6763, sections 4.1 and 4.3 (any characters, escaped), 5 and 6 (ask for the name);
# RFC 1035, section 5.1 (\DDD is a decimal number).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
case $(uname -m) in x86_64) machine=x64 ;; aarch64) machine=arm64 ;; *) machine=unknown ;; esac
timeout 55 npm install --ignore-scripts \
  "node-linux-$machine@20.20.2" "@deno/linux-$machine-glibc@2.9.6" >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}

cat >ask.mjs <<'JS'
import dgram from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";

const LABELS = ["Printer", "Printer v1", "v1.2", "anna@home", "Büro"];
const SERVICE = ["_ipp", "_tcp", "test"];
const label = (text) => [Buffer.from([Buffer.byteLength(text)]), Buffer.from(text)];
const asked = [];
let name;

// Answers each PTR question with the name, and each other one with the text "x".
const server = dgram.createSocket("udp4");
server.on("message", (query, { port, address }) => {
  const labels = [];
  let at = 12;
  for (; query[at] !== 0; at += 1 + query[at]) {
    labels.push(query.subarray(at + 1, at + 1 + query[at]).toString());
  }
  const question = query.subarray(12, at + 5);
  const isPtr = query.readUInt16BE(at + 1) === 12;
  if (!isPtr) asked.push(labels[0]);
  const target = [name, ...SERVICE].flatMap(label);
  const data = isPtr ? Buffer.concat([...target, Buffer.of(0)]) : Buffer.of(1, 120);
  const header = Buffer.from([query[0], query[1], 0x84, 0, 0, 1, 0, 1, 0, 0, 0, 0]);
  const record = Buffer.from([0xc0, 12, 0, isPtr ? 12 : 16, 0, 1, 0, 0, 0, 60, 0, data.length]);
  server.send(Buffer.concat([header, question, record, data]), port, address);
});
server.bind(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address();

let ask;
if (globalThis.Deno) {
  const nameServer = { ipAddr: "127.0.0.1", port };
  ask = (name, type) => Deno.resolveDns(name, type, { nameServer });
} else {
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  ask = (name, type) => resolver.resolve(name, type);
}
for (name of LABELS) {
  const [given] = await ask(SERVICE.join("."), "PTR");
  const [text] = await ask(given, "TXT").catch(() => ["an error"]);
  const sent = asked.splice(0).map((sent) => `"${sent}"`).join() || "nothing";
  console.log(`  ${name}: gives ${given}, then asks for ${sent}, and gets ${text}`);
}
(globalThis.Deno ?? process).exit();
JS

cat >look.sh <<'END'
ip link set lo up
echo "Node.js 20.20.2"
timeout 20 node_modules/node-linux-*/bin/node ask.mjs
echo "Deno 2.9.6"
timeout 20 node_modules/@deno/linux-*/deno run --no-config --quiet --allow-net=127.0.0.1 ask.mjs
END

cat >before.txt <<'END'
Node.js 20.20.2
  Printer: gives Printer._ipp._tcp.test, then asks for "printer", and gets x
  Printer v1: gives Printer v1._ipp._tcp.test, then asks for nothing, and gets an error
  v1.2: gives v1\.2._ipp._tcp.test, then asks for "v1.2", and gets x
  anna@home: gives anna\@home._ipp._tcp.test, then asks for nothing, and gets an error
  Büro: gives B\195\188ro._ipp._tcp.test, then asks for nothing, and gets an error
Deno 2.9.6
  Printer: gives Printer._ipp._tcp.test., then asks for "printer", and gets x
  Printer v1: gives Printer\040v1._ipp._tcp.test., then asks for nothing, and gets an error
  v1.2: gives v1\.2._ipp._tcp.test., then asks for "v1.2", and gets x
  anna@home: gives anna\@home._ipp._tcp.test., then asks for nothing, and gets an error
  Büro: gives B\303\274ro._ipp._tcp.test., then asks for "xn--b14ro-9qa6437c", and gets x
END
# A network of its own, where all programs end with the first one.
unshare --map-root-user --net --pid --fork --kill-child \
  bash -eu look.sh 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
