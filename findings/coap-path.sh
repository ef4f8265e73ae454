#!/usr/bin/env bash
# A CoAP request carries its path as one option a segment, and without percent encoding.
# So the URI coap://host/caf%C3%A9 has one option with the five bytes of "café".
# One would expect a library that is given the URI to take the percent encoding away.
# coap 1.5.0 sends the nine bytes "caf%C3%A9". The server says 4.04, as there is no such resource.
# An empty last segment is lost: /dir/ and /dir are two resources, and only the second is reached.
# Who decodes the path beforehand reaches "café", but not a segment with a "/" in it (%2F).
# On the server's side the reverse is missing. A query "name=a&b" in one option, as a client with
# "name=a%26b" sends it, is in req.url as if there were two, name=a and b.
# coap-client and coap-server of libcoap 4.3.1 agree with the RFC. PUT by the one, GET by the other.
# It matters for names with spaces or accents, and for each value of a query that has an "&".
# Source: RFC 7252, section 6.4 (steps 8 and 9: percent-decoded options), 6.5 (and back again).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts coap@1.5.0 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}
# The programs, and the libraries that are missing, are unpacked here and not installed.
mkdir -p debs/partial
timeout 100 apt-get install --reinstall --download-only --no-install-recommends -y \
  -o Dir::Cache::archives="$folder/debs" -o Debug::NoLocking=1 \
  libcoap3-bin=4.3.1-1 >apt.log 2>&1 || {
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
import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import coap from "coap";

const host = "127.0.0.1";
const port = 15690;
const run = promisify(execFile);
const put = (path) =>
  run("coap-client-notls", ["-m", "put", "-e", "found", `coap://${host}:${port}${path}`]);
const get = (path) =>
  run("coap-client-notls", ["-B", "2", `coap://${host}:${port}${path}`]);
const getByNpm = (path) =>
  new Promise((resolve) => {
    const request = coap.request(`coap://${host}:${port}${path}`);
    request.on("response", ({ code, payload }) => resolve(`${code} ${payload}`));
    request.end();
  });

const server = spawn("coap-server-notls", ["-A", host, "-p", `${port}`, "-d", "9"]);
try {
  for (let i = 0; i < 50 && !(await get("/").catch(() => ({}))).stdout; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  for (const path of ["/plain", "/caf%C3%A9", "/room%201", "/a%2Fb", "/dir/"]) {
    await put(path);
    const { stdout } = await get(path);
    console.log(`${path}: libcoap "${stdout.trim()}", npm's coap "${await getByNpm(path)}"`);
  }
} finally {
  server.kill();
}

const own = coap.createServer(({ url }, response) => response.end(url));
await new Promise((resolve) => own.listen(port + 1, host, resolve));
for (const query of ["?name=a%26b", "?name=a&b"]) {
  const { stdout } = await run("coap-client-notls", [`coap://${host}:${port + 1}/x${query}`]);
  console.log(`libcoap asks for /x${query}; req.url is ${stdout.trim()}`);
}
process.exit();
JS

cat >before.txt <<'END'
/plain: libcoap "found", npm's coap "2.05 found"
/caf%C3%A9: libcoap "found", npm's coap "4.04 Not Found"
/room%201: libcoap "found", npm's coap "4.04 Not Found"
/a%2Fb: libcoap "found", npm's coap "4.04 Not Found"
/dir/: libcoap "found", npm's coap "4.04 Not Found"
libcoap asks for /x?name=a%26b; req.url is /x?name=a&b
libcoap asks for /x?name=a&b; req.url is /x?name=a&b
END
alone timeout 40 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
