#!/usr/bin/env bash
# An SNMP OCTET STRING holds any bytes: text, a MAC address, or a date of 8 or 11 bytes.
# One would expect an agent to store the bytes that a SET request brings, and to give them back.
# The agent of net-snmp 3.29.2 for Node.js turns them into text, and the text into bytes again.
# Each byte from 80 to ff that is not part of right UTF-8 becomes the three bytes ef bf bd.
# The MAC address 02:42:ac:11:00:ff becomes 10 bytes long. The agent answers noError.
# snmpset of Net-SNMP 5.9.3 prints the changed value that came back, and exits with 0.
# Text is right, also UTF-8, and so are bytes that the agent's own program sets as a Buffer.
# It matters for a device that is simulated with this agent, and for each MAC address and date.
# Source: RFC 2578, section 7.1.2 (OCTET STRING: arbitrary binary or textual data); RFC 2579,
# section 2 (MacAddress and DateAndTime are such strings).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts net-snmp@3.29.2 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}
# The programs, and the libraries that are missing, are unpacked here and not installed.
mkdir -p debs/partial
timeout 100 apt-get install --reinstall --download-only --no-install-recommends -y \
  -o Dir::Cache::archives="$folder/debs" -o Debug::NoLocking=1 \
  snmp=5.9.3+dfsg-2+deb12u1 >apt.log 2>&1 || {
  echo "apt-get could not get the programs."
  exit 2
}
for package in debs/*.deb; do dpkg -x "$package" .; done
export PATH="$folder/usr/sbin:$folder/usr/bin:$PATH:/usr/sbin:/sbin"
LD_LIBRARY_PATH=$(find "$folder" -name '*.so*' -printf '%h\n' | sort -u | paste -sd:)
export LD_LIBRARY_PATH
# A network of its own, where all programs end with the first one.
alone() {
  unshare --map-root-user --net --pid --fork --kill-child \
    sh -c 'ip link set lo up && exec "$@"' sh "$@"
}

cat >look.mjs <<'JS'
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import snmp from "net-snmp";

const OID = "1.3.6.1.4.1.8072.9999.1";
const host = "127.0.0.1:16162";
const options = { port: 16162, address: "127.0.0.1", disableAuthorization: true };
const agent = snmp.createAgent(options, (error) => {
  if (error) throw error;
});
agent.getMib().registerProvider({
  name: "bytes",
  type: snmp.MibProviderType.Scalar,
  oid: OID,
  scalarType: snmp.ObjectType.OctetString,
  maxAccess: snmp.MaxAccess["read-write"],
});
agent.getMib().setScalarValue("bytes", "first");

async function run(program, ...value) {
  const common = ["-v2c", "-c", "public", "-Oqvx", "-t", "2", host, `${OID}.0`];
  const { stdout } = await promisify(execFile)(program, [...common, ...value]);
  return stdout.trim();
}
const values = {
  "the text abc": "616263",
  "the text é": "c3a9",
  "the MAC address 02:42:ac:11:00:ff": "0242ac1100ff",
  "the date 2026-11-30 12:00:00.0": "07ea0b1e0c000000",
};
for (const [title, hex] of Object.entries(values)) {
  console.log(title);
  console.log(`  snmpset sends ${hex} and prints ${await run("snmpset", "x", hex)}`);
  console.log(`  snmpget prints ${await run("snmpget")}`);
}
agent.getMib().setScalarValue("bytes", Buffer.from("0242ac1100ff", "hex"));
console.log("set by the agent's own program");
console.log(`  snmpget prints ${await run("snmpget")}`);
process.exit();
JS

cat >before.txt <<'END'
the text abc
  snmpset sends 616263 and prints "61 62 63 "
  snmpget prints "61 62 63 "
the text é
  snmpset sends c3a9 and prints "C3 A9 "
  snmpget prints "C3 A9 "
the MAC address 02:42:ac:11:00:ff
  snmpset sends 0242ac1100ff and prints "02 42 EF BF BD 11 00 EF BF BD "
  snmpget prints "02 42 EF BF BD 11 00 EF BF BD "
the date 2026-11-30 12:00:00.0
  snmpset sends 07ea0b1e0c000000 and prints "07 EF BF BD 0B 1E 0C 00 00 00 "
  snmpget prints "07 EF BF BD 0B 1E 0C 00 00 00 "
set by the agent's own program
  snmpget prints "02 42 AC 11 00 FF "
END
alone timeout 40 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
