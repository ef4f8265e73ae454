import { assertEquals, assertMatch } from "@std/assert";
import { installed } from "../../peers.ts";
import { network } from "../hosts.ts";

network(
  "lesson 15: an agent on another host tells ours and Net-SNMP's programs the same",
  async ([one, two]) => {
    await using agent = two.lesson(15, "agent", "--host", "0.0.0.0");
    await agent.prints(/Bind UDP on 1161/);
    const ours = await one.lesson(15, "walk", "--host", two.address).end();
    assertEquals([ours.code, ours.stderr], [0, ""]);
    const [, name] = ours.stdout.match(/^sysName\.0 = (.*)$/m)!;
    if (!installed("snmpwalk")) return;
    const at = `${two.address}:1161`;
    const args = ["MIBS=", "snmpwalk", "-v2c", "-c", "public", "-On", at, "1.3.6.1.2.1.1"];
    const theirs = await one.start("env", ...args).end();
    assertEquals(theirs.stdout.split("\n").length, ours.stdout.split("\n").length);
    assertMatch(
      theirs.stdout,
      new RegExp(`^\\.1\\.3\\.6\\.1\\.2\\.1\\.1\\.5\\.0 = STRING: "${name}"$`, "m"),
    );
  },
);
