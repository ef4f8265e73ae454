#!/usr/bin/env bash
# SNMP integers have a sign, and BER writes as many bytes as the number needs, with the sign in the
# first bit. So -200 needs two bytes, ff 38, as 38 alone means 56.
# One would expect snmp-native 1.2.0 to set an INTEGER to -200 when it is told so.
# It computes the number of bytes from the size alone, and forgets the bit for the sign.
# It sends 56, the agent stores 56, and the client reports success.
# So do -129 to -255, -32769 to -65535, and -8388609 to -16777215: all become positive.
# Numbers between these ranges are right, such as -1, -128 and -256, so a quick test passes.
# net-snmp 3.29.2 sends all of them rightly. Its agent is the one that is asked here.
# It matters for offsets, temperatures in tenths of a degree, and signal levels.
# Source: ITU-T X.690, section 8.3 (two's complement; the first bit is the sign).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts snmp-native@1.2.0 net-snmp@3.29.2 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}
# A network of its own, where all programs end with the first one.
alone() {
  unshare --map-root-user --net --pid --fork --kill-child \
    sh -c 'ip link set lo up && exec "$@"' sh "$@"
}

cat >look.mjs <<'JS'
import snmp from "net-snmp";
import native from "snmp-native";

const OID = "1.3.6.1.4.1.8072.9999.1";
const port = 16161;
const options = { port, address: "127.0.0.1", disableAuthorization: true };
const agent = snmp.createAgent(options, (error) => {
  if (error) throw error;
});
agent.getMib().registerProvider({
  name: "level",
  type: snmp.MibProviderType.Scalar,
  oid: OID,
  scalarType: snmp.ObjectType.Integer,
  maxAccess: snmp.MaxAccess["read-write"],
});
agent.getMib().setScalarValue("level", 0);

const good = snmp.createSession("127.0.0.1", "public", { port, version: snmp.Version2c });
const other = new native.Session({ host: "127.0.0.1", port, community: "public" });
const oid = `${OID}.0`;

const set = (value) =>
  new Promise((resolve) => {
    const binding = { oid: oid.split(".").map(Number), type: 2, value };
    other.set(binding, (error) => resolve(error ? error.message : "success"));
  });
const setRightly = (value) =>
  new Promise((resolve) => {
    good.set([{ oid, type: snmp.ObjectType.Integer, value }], (error) => resolve(error));
  });
const get = () =>
  new Promise((resolve) => {
    good.get([oid], (error, bindings) => resolve(error ?? bindings[0].value));
  });

for (const value of [-1, -128, -129, -200, -256, -32768, -32769, -40000, -65536, -8388609]) {
  const result = await set(value);
  const stored = await get();
  await setRightly(value);
  const right = await get();
  console.log(`set ${value}: snmp-native says ${result}, stored ${stored}; net-snmp ${right}`);
}
process.exit();
JS

cat >before.txt <<'END'
set -1: snmp-native says success, stored -1; net-snmp -1
set -128: snmp-native says success, stored -128; net-snmp -128
set -129: snmp-native says success, stored 127; net-snmp -129
set -200: snmp-native says success, stored 56; net-snmp -200
set -256: snmp-native says success, stored -256; net-snmp -256
set -32768: snmp-native says success, stored -32768; net-snmp -32768
set -32769: snmp-native says success, stored 32767; net-snmp -32769
set -40000: snmp-native says success, stored 25536; net-snmp -40000
set -65536: snmp-native says success, stored -65536; net-snmp -65536
set -8388609: snmp-native says success, stored 8388607; net-snmp -8388609
END
alone timeout 30 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
