#!/usr/bin/env bash
# A syslog message starts with facility times 8 plus severity. <0> is an emergency of the kernel.
# One would expect glossy 0.1.7 to report it as facility kern and severity emerg.
# It leaves out all four fields: facility, facilityID, severity and severityID. The number 0 is
# taken for "nothing there".
# So the one message that says "the system is unusable" is the one that no filter finds.
# All others are right, <8> (user, emerg) and <1> (kern, alert) among them.
# nsyslog-parser 0.10.1 and syslog-parse 2.0.0 read it rightly.
# It matters in a log server that alarms for severity <= 2: undefined <= 2 is false.
# Source: RFC 5424, section 6.2.1 (PRI; the example of <0>), and RFC 3164, section 4.1.1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 50 npm install --ignore-scripts \
  glossy@0.1.7 nsyslog-parser@0.10.1 syslog-parse@2.0.0 >npm.log 2>&1 || {
  echo "npm could not install the packages."
  exit 2
}

cat >look.mjs <<'JS'
import glossy from "glossy";
import nsyslog from "nsyslog-parser";
import syslogParse from "syslog-parse";

const third = syslogParse.default ?? syslogParse;
for (const priority of [0, 1, 8, 165]) {
  const text = `<${priority}>Nov 30 12:00:00 host app: text`;
  const { facility, severity, severityID } = glossy.Parse.parse(text);
  console.log(`<${priority}>`);
  console.log(`  glossy: ${facility} ${severity}, alarm ${severityID <= 2}`);
  const { facility: secondFacility, level, levelval } = nsyslog(text);
  console.log(`  nsyslog-parser: ${secondFacility} ${level}, alarm ${levelval <= 2}`);
  const { facility: thirdFacility, severity: name, severityCode } = third(text);
  console.log(`  syslog-parse: ${thirdFacility} ${name}, alarm ${severityCode <= 2}`);
}
JS

cat >before.txt <<'END'
<0>
  glossy: undefined undefined, alarm false
  nsyslog-parser: kern emerg, alarm true
  syslog-parse: kern emerg, alarm true
<1>
  glossy: kern alert, alarm true
  nsyslog-parser: kern alert, alarm true
  syslog-parse: kern alert, alarm true
<8>
  glossy: user emerg, alarm true
  nsyslog-parser: user emerg, alarm true
  syslog-parse: user emerg, alarm true
<165>
  glossy: local4 notice, alarm false
  nsyslog-parser: local4 notice, alarm false
  syslog-parse: local4 notice, alarm false
END
timeout 40 node look.mjs 2>&1 | tee now.txt || true
diff before.txt now.txt || { echo "It behaves otherwise now."; exit 1; }
