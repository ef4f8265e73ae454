/**
 * What an error says: the same class and code as the system's own, and what to do about it.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { bind, formatAddress } from "../../lib/udp.ts";
import { NO_SHELL, unless } from "../only.ts";
import { NO_HOST, Program } from "../program.ts";
import { fakeSocket, printed, replaced } from "./system.ts";

Deno.test("bind: a port in use is AddrInUse, with advice, and the system's own error as cause", () => {
  using socket = bind();
  const again = () => bind(socket.address);
  const error = assertThrows(again, Deno.errors.AddrInUse, formatAddress(socket.address));
  assertStringIncludes(error.message, "choose another port");
  assert(error.cause instanceof Deno.errors.AddrInUse);
});

Deno.test("bind: an address of another machine is AddrNotAvailable", () => {
  // 192.0.2.0/24 is set aside for documentation (RFC 5737): no machine has 192.0.2.99.
  const elsewhere = () => bind({ hostname: "192.0.2.99" });
  assertThrows(elsewhere, Deno.errors.AddrNotAvailable, "no such address");
});

Deno.test("bind and send: a missing permission is NotCapable, and the message says which flag", async () => {
  const stdout = await printed(
    "--allow-net=127.0.0.1",
    `try { bind({ hostname: "0.0.0.0", port: 7 }) } catch (error) { told(error) }
    try { bind({ hostname: "0.0.0.0" }) } catch (error) { told(error) }
    await bind().send("x", { hostname: "127.0.0.9", port: 9 }).catch(told);
    await bind().send("x", { hostname: "fe80::1%lo", port: 9 }).catch(told);`,
  );
  assertStringIncludes(stdout, "NotCapable Cannot bind 0.0.0.0:7:");
  assertStringIncludes(stdout, "--allow-net=0.0.0.0:7.");
  // A port that is another one at the next run is left out: nobody could use it.
  assertMatch(stdout, /NotCapable Cannot bind 0.0.0.0:0: .* --allow-net=0.0.0.0\. /);
  assertMatch(stdout, /NotCapable Cannot send to 127.0.0.9:9: .* --allow-net=127.0.0.9\. /);
  assertMatch(stdout, /NotCapable Cannot send to \[fe80::1%lo\]:9: .* --allow-net=\[fe80::1\]\. /);
});

Deno.test("send: a name without an address is told as that", async () => {
  const to = `{ hostname: "${NO_HOST}", port: 9 }`;
  const stdout = await printed("--allow-net", `await bind().send("x", ${to}).catch(told);`);
  assertStringIncludes(stdout, `Cannot send to ${NO_HOST}:9: no address was found for this name.`);
});

Deno.test("send: over the other version of IP is told as that", async () => {
  using socket = bind();
  const send = () => socket.send("x", { hostname: "::1", port: 9 });
  const error = await assertRejects(send, Error, "this socket speaks the other version of IP");
  // Windows has several numbers for it, and Deno no code for them.
  if (Deno.build.os !== "windows") {
    assertEquals((error as { code?: string }).code, "EAFNOSUPPORT");
  }
});

/** An error as Deno throws it. */
function systemError(code: string, Class: ErrorConstructor = Error): Error {
  return Object.assign(new Class(`Words of no known system (os error ${code})`), { code });
}

const NOT_ALLOWED = /the system does not allow it. Ports below 1024 .*: choose another port/;
const OTHER_VERSION = /this socket speaks the other version of IP/;
const OPEN = /too many sockets and files are open.*`ulimit -n`/;
const ZONE = /needs the name of a network interface, as in fe80::1%eth0/;
const NO_NAME = /no address was found for this name/;

const BINDS: [code: string, hostname: string, advice: RegExp][] = [
  ["EADDRINUSE", "127.0.0.1", /this port is taken/],
  ["EADDRNOTAVAIL", "192.0.2.99", /this machine has no such address/],
  ["EADDRNOTAVAIL", "127.0.0.2", /this machine has no such address/],
  ["EADDRNOTAVAIL", "fe80::1", ZONE],
  ["EACCES", "127.0.0.1", NOT_ALLOWED],
  ["EPERM", "127.0.0.1", NOT_ALLOWED],
  ["EAFNOSUPPORT", "::1", /this machine does not speak this version of IP/],
  ["EINVAL", "127.0.0.1", /the system does not accept this address here/],
  ["EINVAL", "FE90::1", ZONE],
  ["EMFILE", "127.0.0.1", OPEN],
  ["ENFILE", "127.0.0.1", OPEN],
  ["ENOENT", "no.example", NO_NAME], // Windows
  ["EADDRINUSE", "some.example", /this port is taken/],
  ["EOTHER", "127.0.0.1", /Words of no known system/],
];

Deno.test("bind: advice goes by the code, and the code is kept", () => {
  for (const [code, hostname, advice] of BINDS) {
    const cause = systemError(code, TypeError);
    using _ = replaced("listenDatagram", () => {
      throw cause;
    });
    const error = assertThrows(() => bind({ hostname, port: 7 }), TypeError, "Cannot bind ");
    assertMatch(error.message, advice, `${code} ${hostname}`);
    assertEquals((error as { code?: string }).code, code);
    assertEquals(error.cause, cause);
  }
});

const SENDS: [code: string, own: string, hostname: string, advice: RegExp][] = [
  ["EACCES", "0.0.0.0", "192.0.2.1", /a firewall may refuse a send/],
  ["EPERM", "0.0.0.0", "192.0.2.1", /does not allow it: a firewall may refuse a send/],
  ["EAFNOSUPPORT", "127.0.0.1", "::1", OTHER_VERSION],
  ["EAFNOSUPPORT", "127.0.0.1", "six.example", OTHER_VERSION],
  [
    "EINVAL",
    "127.0.0.1",
    "192.0.2.1",
    /127.0.0.1 reaches this machine only. Bind 0.0.0.0 to reach/,
  ],
  ["EADDRNOTAVAIL", "127.0.0.1", "192.0.2.1", /Bind 0.0.0.0 to reach others/], // macOS
  ["EADDRNOTAVAIL", "192.0.2.7", "192.0.2.1", /no route leads there from this machine/],
  ["EADDRNOTAVAIL", "127.0.0.1", "some.example", /Bind 0.0.0.0 to reach others/],
  ["EADDRNOTAVAIL", "::1", "2001:db8::1", /::1 reaches this machine only. Bind :: to reach others/],
  ["EINVAL", "0.0.0.0", "192.0.2.1", /the system does not accept this address here/],
  ["EINVAL", "::1", "192.0.2.1", OTHER_VERSION],
  ["EINVAL", "192.0.2.7", "2001:db8::1", OTHER_VERSION],
  ["ENETUNREACH", "::1", "127.0.0.1", OTHER_VERSION],
  ["ENETUNREACH", "::", "127.0.0.1", /no route leads there from this machine/], // it speaks both
  ["ENETUNREACH", "::1", "some.example", /no route leads there from this machine/],
  ["ENETUNREACH", "::1", "2001:db8::1", /no route leads there from this machine/],
  ["ENETUNREACH", "0.0.0.0", "192.0.2.1", /no route leads there from this machine/],
  ["EHOSTUNREACH", "0.0.0.0", "192.0.2.1", /System Settings > Privacy & Security > Local Network/],
  ["EHOSTUNREACH", "::", "fe80::1", ZONE], // macOS
  ["EINVAL", "::", "FF02::1", ZONE],
  ["EINVAL", "::", "fe80::1%eth0", /the system does not accept this address here/],
  ["EMSGSIZE", "0.0.0.0", "192.0.2.1", /9,216 by default \(sysctl net.inet.udp.maxdgram\).*65,507/],
  ["EMFILE", "0.0.0.0", "192.0.2.1", OPEN],
  ["ENOBUFS", "0.0.0.0", "192.0.2.1", /no room left for what is to be sent/],
  ["", "0.0.0.0", "no.example", NO_NAME],
  ["", "0.0.0.0", "192.0.2.1", /Words of no known system/],
];

Deno.test("send: advice goes by the code and by where the socket is bound, and the code is kept", async () => {
  for (const [code, own, hostname, advice] of SENDS) {
    const cause = systemError(code);
    using socket = fakeSocket({
      addr: { transport: "udp", hostname: own, port: 1 },
      send: () => Promise.reject(cause),
    });
    const error = await assertRejects(() => socket.send("x", { hostname, port: 9 }), Error);
    assertMatch(error.message, /^Cannot send to /);
    assertMatch(error.message, advice, `${code} ${own} ${hostname}`);
    assertEquals((error as { code?: string }).code, code || undefined);
    assertEquals(Object.hasOwn(error, "code"), code !== "");
    assertEquals(error.cause, cause);
  }
});

Deno.test("bind and send: what is thrown and is no Error is left as it is", async () => {
  using socket = fakeSocket({ send: () => Promise.reject("a word") });
  const told = await socket.send("x", socket.address).catch((error) => error);
  assertEquals(told, "a word");
});

Deno.test("bind: the system's own code comes along", () => {
  using socket = bind();
  const error = assertThrows(() => bind(socket.address), Deno.errors.AddrInUse);
  assertEquals((error as { code?: string }).code, "EADDRINUSE");
});

Deno.test({
  ...unless(NO_SHELL, "bind: with no files left it says so"),
  async fn() {
    const body = `import { bind } from "./lib/udp.ts";
      const open = [];
      try { while (true) open.push(bind()) } catch (error) { console.log(error.code, error.message) }
      Deno.exit();`;
    const options = "--no-prompt --unstable-net --allow-net=127.0.0.1 --ext=ts -";
    const command = `ulimit -n 64 && exec "${Deno.execPath()}" run ${options}`;
    await using program = new Program("sh", ["-c", command]);
    await program.type(body);
    const { stdout } = await program.end();
    assertMatch(stdout, /^EMFILE Cannot bind 127\.0\.0\.1:0: too many sockets and files are open/);
  },
});
