import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { lookup } from "../../lib/hosts.ts";
import dns from "node:dns/promises";

/** Has the system find these addresses, until the end of the block. */
function finding(answer: () => Promise<{ address: string; family: number }[]>): Disposable {
  const before = dns.lookup;
  Object.assign(dns, { lookup: answer });
  return { [Symbol.dispose]: () => Object.assign(dns, { lookup: before }) };
}

function no(code: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error("the system's words"), { code }));
}

Deno.test("lookup: an IP address comes back in its one spelling, and nobody is asked", async () => {
  using _ = finding(no("EPERM"));
  const spellings: Record<string, string[]> = {
    "127.0.0.1": ["127.0.0.1", "[127.0.0.1]", "::ffff:127.0.0.1", "::ffff:7f00:1"],
    "10.20.255.3": ["0:0:0:0:0:FFFF:0a14:ff03", "[::ffff:10.20.255.3]"],
    "::1": ["::1", "[::1]", "0:0:0:0:0:0:0:1", "0::0001"],
    "2001:db8::a:0:0:1": ["2001:DB8:0:0:a:0:0:1", "[2001:0db8::a:0:0:1]"],
    "fe80::1%eth0": ["fe80::1%eth0", "FE80:0::1%eth0", "[fe80::1%eth0]"],
  };
  for (const [address, hosts] of Object.entries(spellings)) {
    for (const host of hosts) assertEquals(await lookup(host), address, host);
  }
});

Deno.test("lookup: IPv4 is preferred, wherever it stands; else the first", async () => {
  const six = { address: "2001:DB8::1", family: 6 };
  const last = { address: "2001:db8::2", family: 6 };
  const four = { address: "192.0.2.7", family: 4 };
  for (const found of [[six, four], [four, six], [six, last, four]]) {
    using _ = finding(() => Promise.resolve(found));
    assertEquals(await lookup("both.example"), "192.0.2.7");
  }
  using _ = finding(() => Promise.resolve([six, last]));
  assertEquals(await lookup("six.example"), "2001:db8::1");
});

Deno.test("lookup: localhost, by the system itself", async () => {
  assertMatch(await lookup("localhost"), /^(127\.0\.0\.1|::1)$/);
});

Deno.test("lookup: a name without an address is told as that, and the cause is kept", async () => {
  for (const code of ["ENOTFOUND", "EAI_AGAIN"]) {
    using _ = finding(no(code));
    const error = await assertRejects(
      () => lookup("no.example"),
      Error,
      "No address was found for",
    );
    assertStringIncludes(error.message, "the host no.example. Check its spelling");
    assertEquals((error.cause as { code?: string }).code, code);
  }
  using _ = finding(() => Promise.resolve([])); // so for ""
  await assertRejects(() => lookup("none.example"), Error, "No address was found");
});

Deno.test("lookup: a missing permission is told as that, with the flag to give", async () => {
  using _ = finding(no("EPERM"));
  const error = await assertRejects(() => lookup("some.example"), Error, "Deno has no permission");
  assertStringIncludes(error.message, "--allow-net=some.example.");
  assertEquals((error.cause as { code?: string }).code, "EPERM");
});
