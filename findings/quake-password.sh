#!/usr/bin/env bash
# A game server tells everybody who asks its map, its players, and whether it wants a password.
# gamedig 5.3.3 (281,000 downloads a month) asks the servers of many games.
# Its documentation says that "password" is true or false, and that "maxplayers" is a number.
# One would expect false for a server of Quake 3 that says g_needpass 0: it wants no password.
# The result is the text "0", which JavaScript takes for true. So an open server seems closed.
# maxplayers is a text, too. A list that is sorted by it has 16 before 4. No error is thrown.
# So it is with OpenArena and Enemy Territory, which speak the same protocol.
# A game that speaks Valve's protocol gives true or false, and a number.
# It matters because a list of open servers lacks all of them.
# The way out is Number(password) === 1, and Number(maxplayers).
# Source: gamedig's README, the table of the returned values; Quake 3's game/g_main.c (g_needpass is
# part of what the server says, and is "0" from the start).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 55 npm install --ignore-scripts gamedig@5.3.3 >npm.log 2>&1 || {
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
import { GameDig } from "gamedig";

const START = "\xff\xff\xff\xff";

// What a server says, in the protocol of Quake 3 and in that of Valve.
const quake = (password) => {
  const info = { sv_hostname: "Hall", mapname: "q3dm17", g_needpass: password, sv_maxclients: 16 };
  return `${START}statusResponse\n\\${Object.entries(info).flat().join("\\")}\n`;
};
const valve = (password) => {
  const texts = "Hall\0de_dust\0cstrike\0Counter-Strike\0";
  return `${START}I\x11${texts}\xf0\x00\x00\x10\x00dl${String.fromCharCode(password)}\x001.0\0\0`;
};

async function ask(type, answer) {
  const server = dgram.createSocket("udp4").bind(0, "127.0.0.1");
  await once(server, "listening");
  server.on("message", (_, { port, address }) => {
    server.send(Buffer.from(answer, "latin1"), port, address);
  });
  const { port } = server.address();
  const where = { host: "127.0.0.1", port, givenPortOnly: true, requestPlayers: false };
  const result = await GameDig.query({ type, ...where, socketTimeout: 5000, attemptTimeout: 9000 });
  server.close();
  return result;
}

const GAMES = { "q3a": quake, "openarena": quake, "wet": quake, "css": valve };
for (const [type, answer] of Object.entries(GAMES)) {
  for (const wanted of [0, 1]) {
    const { password, maxplayers } = await ask(type, answer(wanted));
    const values = `password ${JSON.stringify(password)}, maxplayers ${JSON.stringify(maxplayers)}`;
    const seems = password ? "closed" : "open";
    console.log(`${type}, ${wanted ? "closed" : "open"}: ${values}, so it seems ${seems}`);
  }
}
process.exit();
JS

cat >before.txt <<'END'
q3a, open: password "0", maxplayers "16", so it seems closed
q3a, closed: password "1", maxplayers "16", so it seems closed
openarena, open: password "0", maxplayers "16", so it seems closed
openarena, closed: password "1", maxplayers "16", so it seems closed
wet, open: password "0", maxplayers "16", so it seems closed
wet, closed: password "1", maxplayers "16", so it seems closed
css, open: password false, maxplayers 16, so it seems open
css, closed: password true, maxplayers 16, so it seems closed
END
alone timeout 40 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
