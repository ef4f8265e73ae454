#!/usr/bin/env bash
# RADIUS servers tell an access point to disconnect a user (Disconnect-Request), or to change what a
# user may do (CoA-Request). The request has two checksums: the Request Authenticator, and, if the
# sender likes, the attribute Message-Authenticator.
# The second is computed first, as if both were zero. Then the first is computed over all of it.
# One would expect radius 1.1.4 to read such a request from FreeRADIUS's radclient 3.2.1.
# It refuses it. It says that the shared secret may be wrong, though the secret is right.
# It computes the two in the reverse order. So it cannot read what it wrote itself, either.
# Without the attribute both requests are read. An Access-Request is read with it and without it,
# since its Request Authenticator is random. So a test of a login passes.
# It matters because the user stays connected, and one looks for a wrong secret.
# Source: RFC 5176, section 3.4 (both are zero, and the attribute is computed before the
# authenticator); RFC 3579, section 3.2 (Access-Request).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts radius@1.1.4 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}
# The program, and the libraries that are missing, are unpacked here and not installed.
mkdir -p debs/partial
timeout 100 apt-get install --reinstall --download-only --no-install-recommends -y \
  -o Dir::Cache::archives="$folder/debs" -o Debug::NoLocking=1 \
  freeradius-utils=3.2.1+dfsg-4+deb12u1 >apt.log 2>&1 || {
  echo "apt-get could not get the programs."
  exit 2
}
for package in debs/*.deb; do dpkg -x "$package" .; done
LD_LIBRARY_PATH=$(find "$folder/usr" "$folder/lib" -name '*.so*' -printf '%h\n' 2>/dev/null |
  sort -u | paste -sd:) || true
export LD_LIBRARY_PATH
# A network of its own, where all programs end with the first one.
alone() {
  unshare --map-root-user --net --pid --fork --kill-child \
    sh -c 'ip link set lo up && exec "$@"' sh "$@"
}

cat >look.mjs <<'JS'
import { spawn } from "node:child_process";
import dgram from "node:dgram";
import { once } from "node:events";
import radius from "radius";

const SECRET = "a shared secret";
const server = dgram.createSocket("udp4").bind(11812, "127.0.0.1");
await once(server, "listening");

function read(packet) {
  try {
    return `read, for ${radius.decode({ packet, secret: SECRET }).attributes["User-Name"]}`;
  } catch (error) {
    return error.message;
  }
}

// Sends a request with radclient, and returns it as it came.
async function radclient(command, attributes) {
  const dictionary = ["-D", "usr/share/freeradius"];
  const target = ["127.0.0.1:11812", command, SECRET];
  const client = spawn("usr/bin/radclient", [...dictionary, "-r1", "-t1", ...target]);
  client.stdin.end(attributes.map((attribute) => attribute.join(" = ")).join(", "));
  const [request] = await once(server, "message");
  client.kill();
  return request;
}

const CODES = {
  "Access-Request": "auth",
  "CoA-Request": "coa",
  "Disconnect-Request": "disconnect",
};
for (const [code, command] of Object.entries(CODES)) {
  for (const withAttribute of [false, true]) {
    console.log(`${code} with${withAttribute ? "" : "out"} Message-Authenticator`);
    const attributes = [["User-Name", "guest"], ["NAS-Identifier", "lobby"]];
    const more = withAttribute ? [["Message-Authenticator", "0x00"]] : [];
    const request = await radclient(command, [...attributes, ...more]);
    console.log("  from radclient:", read(request));
    const own = { code, secret: SECRET, attributes, add_message_authenticator: withAttribute };
    console.log("  from radius:", read(radius.encode(own)));
  }
}
process.exit();
JS

cat >before.txt <<'END'
Access-Request without Message-Authenticator
  from radclient: read, for guest
  from radius: read, for guest
Access-Request with Message-Authenticator
  from radclient: read, for guest
  from radius: read, for guest
CoA-Request without Message-Authenticator
  from radclient: read, for guest
  from radius: read, for guest
CoA-Request with Message-Authenticator
  from radclient: decode: Message-Authenticator mismatch (possible shared secret mismatch)
  from radius: decode: authenticator mismatch (possible shared secret mismatch)
Disconnect-Request without Message-Authenticator
  from radclient: read, for guest
  from radius: read, for guest
Disconnect-Request with Message-Authenticator
  from radclient: decode: Message-Authenticator mismatch (possible shared secret mismatch)
  from radius: decode: authenticator mismatch (possible shared secret mismatch)
END
alone timeout 40 node --no-deprecation look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
