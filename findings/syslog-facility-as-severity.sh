#!/usr/bin/env bash
# syslogd 1.1.2 is a syslog server: it gives a program the facility and the severity of a message.
# One would expect the message of Debian's logger for user.notice to have severity 5, a notice.
# The package gives it severity 1, which its own table calls ALERT, and facility 5.
# The two numbers are exchanged, for all messages. A debug message of a mail server (mail.debug) is
# CRITICAL, and a daemon's broken disk (daemon.emerg) is an ERROR of the kernel's.
# daemon.err is right, because both numbers are 3. local0 to local7 get severities of 16 to 23,
# which do not exist.
# So a filter for what is worse than a warning passes the messages of some programs, and no others.
# Source: RFC 5424, section 6.2.1: the priority is the facility times 8, plus the severity.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts syslogd@1.1.2 >npm.log 2>&1 || {
  echo "npm could not install the package."
  exit 2
}
# logger, and the libraries that are missing, are unpacked here and not installed.
mkdir -p debs/partial
timeout 100 apt-get install --reinstall --download-only --no-install-recommends -y \
  -o Dir::Cache::archives="$folder/debs" -o Debug::NoLocking=1 \
  bsdutils=1:2.38.1-5+deb12u3 >apt.log 2>&1 || {
  echo "apt-get could not get logger."
  exit 2
}
for package in debs/*.deb; do dpkg -x "$package" .; done
export PATH="$folder/usr/bin:$PATH:/usr/sbin:/sbin"
LD_LIBRARY_PATH=$(find "$folder" -name '*.so*' -printf '%h\n' | sort -u | paste -sd:)
export LD_LIBRARY_PATH

cat >look.mjs <<'JS'
import { execFileSync } from "node:child_process";
import Syslogd from "syslogd";

const PORT = 15514;
const names = Object.fromEntries(Object.entries(Syslogd.Severity).map(([key, at]) => [at, key]));
let heard = () => {};
const server = Syslogd((message) => heard(message));
await new Promise((resolve) => server.listen(PORT, resolve));
for (const sent of ["user.notice", "mail.debug", "daemon.emerg", "daemon.err", "local0.info"]) {
  const coming = new Promise((resolve) => heard = resolve);
  const to = ["--rfc3164", "--udp", "--server", "127.0.0.1", "--port", `${PORT}`];
  execFileSync("logger", [...to, "--tag", "app", "--priority", sent, "text"]);
  const { facility, severity } = await coming;
  const name = names[severity] ?? "no name";
  console.log(`  ${sent}: facility ${facility}, severity ${severity} (${name})`);
}
process.exit();
JS

cat >before.txt <<'END'
  user.notice: facility 5, severity 1 (ALERT)
  mail.debug: facility 7, severity 2 (CRITICAL)
  daemon.emerg: facility 0, severity 3 (ERROR)
  daemon.err: facility 3, severity 3 (ERROR)
  local0.info: facility 6, severity 16 (no name)
END
# A network of its own, where all programs end with the first one.
timeout 30 unshare --map-root-user --net --pid --fork --kill-child \
  sh -c 'ip link set lo up && exec node look.mjs' 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
