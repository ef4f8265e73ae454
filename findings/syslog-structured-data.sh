#!/usr/bin/env bash
# An RFC 5424 syslog message has named values in brackets, and then the text, as in
# [meta sequenceId="1"] text. Debian's logger (util-linux 2.38.1) adds such values by itself.
# One would expect a parser to separate the two, also if the text has brackets of its own.
# glossy 0.1.7 takes all up to the last "]" for the values. So the text "array[4] is full" becomes
# "is full", and of "disk full [sda]" nothing is left. No error is thrown.
# nsyslog-parser 0.10.1 separates them if the name has an "@", as private names do.
# Registered names have none: meta, origin, and the timeQuality that logger sends. In that case it
# finds no values, and the text begins with the rest of them.
# Without values, both read the text rightly. rsyslog 8.2302 reads all of it rightly.
# It matters because the text is what one searches for.
# Source: RFC 5424, sections 6.3.2 (names without "@" are registered), 6.3.3 (a "]" inside a value
# is escaped), 6.4 (the text) and 7 (timeQuality, origin and meta).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts glossy@0.1.7 nsyslog-parser@0.10.1 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}
# The programs, and the libraries that are missing, are unpacked here and not installed.
mkdir -p debs/partial
timeout 100 apt-get install --reinstall --download-only --no-install-recommends -y \
  -o Dir::Cache::archives="$folder/debs" -o Debug::NoLocking=1 \
  rsyslog=8.2302.0-1+deb12u1 bsdutils=1:2.38.1-5+deb12u3 >apt.log 2>&1 || {
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

modules=$(dirname "$(find "$folder" -name imudp.so)")
export modules
cat >rsyslog.conf <<END
module(load="imudp")
input(type="imudp" address="127.0.0.1" port="15515")
template(name="fields" type="string" string="%structured-data%, text \"%msg%\"\n")
action(type="omfile" file="$folder/rsyslog.txt" template="fields")
END

cat >look.mjs <<'JS'
import { execFileSync, spawn } from "node:child_process";
import dgram from "node:dgram";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import glossy from "glossy";
import nsyslog from "nsyslog-parser";

const { modules } = process.env;
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
const socket = dgram.createSocket("udp4").bind(15514, "127.0.0.1");
await once(socket, "listening");
const rsyslog = spawn("rsyslogd", ["-n", "-i", "pid", "-f", "rsyslog.conf", "-M", modules]);
const lastLine = () => readFileSync("rsyslog.txt", "utf8").trim().split("\n").at(-1);

// What logger says of the clock differs from machine to machine.
const same = (text) => text.replace(/tzKnown=.*?"\]/, 'tzKnown="…"]');

// Sends a message with logger, and gives the same bytes to all three.
async function show(values, text) {
  const target = ["--udp", "--server", "127.0.0.1", "--port", "15514", "--tag", "app"];
  execFileSync("logger", [...target, "--msgid", "ID7", ...values, "--", text]);
  const [bytes] = await once(socket, "message");
  socket.send(bytes, 15515, "127.0.0.1");
  const message = bytes.toString();
  for (let i = 0; i < 100 && !lastLine().includes(text); i++) await pause(50);
  const first = glossy.Parse.parse(message);
  const second = nsyslog(message);
  console.log(`${same(lastLine())}, as rsyslog reads it`);
  const found = Object.keys(first.structuredData ?? {});
  console.log(`  glossy: values of [${found}], text "${first.message}"`);
  const names = second.structuredData.map(({ $id }) => $id);
  console.log(`  nsyslog-parser: values of [${names}], text "${same(second.message)}"`);
}

try {
  // A server that writes a file is ready.
  for (let i = 0; i < 150 && !existsSync("rsyslog.txt"); i++) {
    socket.send("<14>1 - - - - - - ready", 15515, "127.0.0.1");
    await pause(100);
  }
  const only = "--rfc5424=notq";
  await show([only], "array[3] is full");
  const order = ["--sd-id", "order@32473", "--sd-param", 'number="1"'];
  await show([only, ...order], "array[4] is full");
  const meta = ["--sd-id", "meta", "--sd-param", 'sequenceId="1"'];
  await show([only, ...meta], "array[5] is full");
  await show([only, ...meta], "disk full [sda]");
  await show(["--rfc5424"], "no brackets");
} finally {
  rsyslog.kill();
}
process.exit();
JS

cat >before.txt <<'END'
-, text "array[3] is full", as rsyslog reads it
  glossy: values of [], text "array[3] is full"
  nsyslog-parser: values of [], text "array[3] is full"
[order@32473 number="1"], text "array[4] is full", as rsyslog reads it
  glossy: values of [order@32473], text "is full"
  nsyslog-parser: values of [order@32473], text "array[4] is full"
[meta sequenceId="1"], text "array[5] is full", as rsyslog reads it
  glossy: values of [meta], text "is full"
  nsyslog-parser: values of [], text "sequenceId="1"] array[5] is full"
[meta sequenceId="1"], text "disk full [sda]", as rsyslog reads it
  glossy: values of [meta], text ""
  nsyslog-parser: values of [], text "sequenceId="1"] disk full [sda]"
[timeQuality tzKnown="…"], text "no brackets", as rsyslog reads it
  glossy: values of [timeQuality], text "no brackets"
  nsyslog-parser: values of [], text "tzKnown="…"] no brackets"
END
alone timeout 40 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
