#!/usr/bin/env bash
# A BSD syslog message names its sender after the time: a name, an IPv4 or an IPv6 address.
# One would expect rsyslog 8.2302 to read an IPv6 address there, as it reads an IPv4 address.
# It stops at the first colon, and takes what is before it for the name of the program.
# The sender becomes the one that the datagram came from: here localhost, else often a relay.
# So "2001:db8::7 sshd[42]: text" is logged for the program "2001", as "db8::7 sshd[42]: text".
# Rules on the program's name and on the sender do not fire, and nothing is reported.
# syslog-ng 3.38.1 reads the same datagrams rightly.
# The format of RFC 5424 works in both, as it separates all fields by spaces.
# It matters where devices log by their address, through a relay, on a network with IPv6 only.
# Source: RFC 3164, section 4.1.2 (HOSTNAME: the hostname, the IPv4 address, or the IPv6 address).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# The programs, and the libraries that are missing, are unpacked here and not installed.
mkdir -p debs/partial
for program in rsyslog=8.2302.0-1+deb12u2 syslog-ng-core=3.38.1-5+deb12u1; do
  timeout 100 apt-get install --reinstall --download-only --no-install-recommends -y \
    -o Dir::Cache::archives="$folder/debs" -o Debug::NoLocking=1 "$program" >apt.log 2>&1 || {
    echo "apt-get could not get $program."
    exit 2
  }
done
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
export folder modules

cat >rsyslog.conf <<END
module(load="imudp")
input(type="imudp" address="127.0.0.1" port="15514")
template(name="fields" type="string"
  string="sender %hostname%, program %app-name%, id %procid%, text \"%msg%\"\n")
action(type="omfile" file="$folder/rsyslog.txt" template="fields")
END
cat >syslog-ng.conf <<END
@version: 3.38
options { use-dns(no); dns-cache(no); keep-hostname(yes); };
source datagrams { syslog(ip(127.0.0.1) port(15515) transport(udp)); };
destination file {
  file("$folder/syslog-ng.txt"
    template("sender \$HOST, program \$PROGRAM, id \$PID, text \"\$MSG\"\n"));
};
log { source(datagrams); destination(file); };
END

cat >look.mjs <<'JS'
import { spawn } from "node:child_process";
import dgram from "node:dgram";
import { existsSync, readFileSync } from "node:fs";

const { folder, modules } = process.env;
const own = ["--persist-file", "--control", "--pidfile"].map((name) => `${name}=${folder}/${name}`);
const plugins = `--module-path=${folder}/usr/lib/syslog-ng/3.38`;
const servers = [
  spawn("rsyslogd", ["-n", "-i", `${folder}/pid`, "-f", "rsyslog.conf", "-M", modules]),
  spawn("syslog-ng", ["-F", "--no-caps", "-f", "syslog-ng.conf", plugins, ...own]),
];
const files = ["rsyslog.txt", "syslog-ng.txt"];
const socket = dgram.createSocket("udp4");
function send(text) {
  for (const port of [15514, 15515]) socket.send(text, port, "127.0.0.1");
}
const pause = () => new Promise((resolve) => setTimeout(resolve, 200));

try {
  // A server that writes a file is ready.
  for (let i = 0; i < 75 && !files.every((file) => existsSync(file)); i++) {
    send("<14>Nov 30 12:00:00 gateway ready: ready");
    await pause();
  }
  for (const sender of ["host", "192.0.2.7", "2001:db8::7", "fe80::7"]) {
    send(`<14>Nov 30 12:00:00 ${sender} sshd[42]: text`);
    await pause();
  }
  send("<14>1 2026-11-30T12:00:00Z 2001:db8::7 sshd 42 - - text");
  await pause();
  await pause();
  for (const file of files) {
    console.log(file);
    const lines = readFileSync(file, "utf8").trim().split("\n");
    for (const line of lines) if (!line.includes("ready")) console.log(" ", line);
  }
} finally {
  for (const server of servers) server.kill();
}
process.exit();
JS

cat >before.txt <<'END'
rsyslog.txt
  sender host, program sshd, id 42, text " text"
  sender 192.0.2.7, program sshd, id 42, text " text"
  sender localhost, program 2001, id -, text "db8::7 sshd[42]: text"
  sender localhost, program fe80, id -, text ":7 sshd[42]: text"
  sender 2001:db8::7, program sshd, id 42, text "text"
syslog-ng.txt
  sender host, program sshd, id 42, text "text"
  sender 192.0.2.7, program sshd, id 42, text "text"
  sender 2001:db8::7, program sshd, id 42, text "text"
  sender fe80::7, program sshd, id 42, text "text"
  sender 2001:db8::7, program sshd, id 42, text "text"
END
alone timeout 40 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
