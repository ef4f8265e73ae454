import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { type Address, bind } from "../../lib/udp.ts";
import { NO_HOST, Program } from "../program.ts";
import { fakeSocket, printed, replaced, systemError } from "./fakes.ts";

/** What a socket at `own` says of a send that the system refuses with this code. */
async function told(code: string, to: Address, own = "127.0.0.1"): Promise<string> {
  const failure = systemError(code);
  using socket = fakeSocket({
    addr: { transport: "udp", hostname: own, port: 1 },
    send: () => Promise.reject(failure),
  });
  const error = await assertRejects(() => socket.send("x", to), Error);
  assertEquals((error as { code?: string }).code, code);
  assertEquals(error.cause, failure);
  return error.message;
}

const here = { hostname: "127.0.0.1", port: 9 };
const elsewhere = { hostname: "192.0.2.99", port: 9 };
const six = { hostname: "2001:db8::1", port: 9 };

Deno.test("errors: the class, the code and the system's own error stay", async () => {
  for (
    const SystemError of [Deno.errors.NetworkUnreachable, Deno.errors.PermissionDenied, TypeError]
  ) {
    const failure = systemError("EPERM", SystemError);
    using socket = fakeSocket({ send: () => Promise.reject(failure) });
    const error = await assertRejects(() => socket.send("x", here), SystemError);
    assertStringIncludes(error.message, "Cannot send to 127.0.0.1:9: ");
    assertEquals([error.cause, (error as { code?: string }).code], [failure, "EPERM"]);
  }
  using socket = bind();
  const real = assertThrows(() => bind(socket.address), Deno.errors.AddrInUse);
  assertEquals((real as { code?: string }).code, "EADDRINUSE");
});

Deno.test("errors: an error without a code gets none, and keeps its words", async () => {
  using socket = fakeSocket({ send: () => Promise.reject(new Error("out of memory")) });
  const error = await assertRejects(() => socket.send("x", here), Error, "9: out of memory");
  assert(!("code" in error));
});

Deno.test("errors: the advice goes by the code, whatever the system's words", async () => {
  const advice: [string, Address, string][] = [
    ["EADDRINUSE", here, "this port is taken. Stop the program that has it"],
    ["EACCES", here, "the system does not allow it."],
    ["EPERM", here, "a firewall may refuse a send"],
    ["EAFNOSUPPORT", here, "this socket speaks the other version of IP"],
    ["EINVAL", elsewhere, "127.0.0.1 reaches this machine only; bind 0.0.0.0"],
    ["ENETUNREACH", elsewhere, "no route leads there from this machine"],
    ["EHOSTUNREACH", elsewhere, "Local Network"],
    ["EMSGSIZE", here, "macOS takes 9,216 by default"],
    ["EMFILE", here, "too many sockets and files are open"],
    ["ENFILE", here, "too many sockets and files are open"],
    ["ENOBUFS", here, "Wait a moment"],
    ["EWHATEVER", here, "what the system says (os error 1)"],
  ];
  for (const [code, to, words] of advice) assertStringIncludes(await told(code, to), words);
});

Deno.test("errors: from 127.0.0.1 to others, macOS says EADDRNOTAVAIL: bind 0.0.0.0", async () => {
  assertStringIncludes(await told("EADDRNOTAVAIL", elsewhere), "bind 0.0.0.0 to reach others");
  const own = await told("EADDRNOTAVAIL", elsewhere, "192.0.2.1");
  assertStringIncludes(own, "there is no way from 192.0.2.1");
  using _ = replaced("listenDatagram", () => {
    throw systemError("EADDRNOTAVAIL");
  });
  assertThrows(() => bind(elsewhere), Error, "this machine has no such address");
});

Deno.test("errors: the other version of IP, however the system tells it", async () => {
  for (const code of ["EAFNOSUPPORT", "ENETUNREACH", "EINVAL", "EADDRNOTAVAIL"]) {
    const words = "this socket speaks the other version of IP";
    assertStringIncludes(await told(code, here, "::1"), words);
    assertStringIncludes(await told(code, six, "127.0.0.1"), words);
  }
  assertStringIncludes(await told("ENETUNREACH", six, "::1"), "no route leads there");
  assertStringIncludes(await told("ENETUNREACH", here, "::"), "no route leads there");
  using socket = bind();
  const real = () => socket.send("x", { hostname: "::1", port: 9 });
  await assertRejects(real, Error, "this socket speaks the other version of IP");
});

Deno.test("errors: a link-local address needs its interface, in bind and in send", async () => {
  using _ = replaced("listenDatagram", () => {
    throw systemError("EINVAL", TypeError);
  });
  assertThrows(() => bind({ hostname: "fe80::1" }), TypeError, "as in fe80::1%eth0");
  assertThrows(() => bind({ hostname: "fe80::1%eth0" }), TypeError, "does not accept this");
  assertStringIncludes(
    await told("EINVAL", { hostname: "FF02::1", port: 9 }, "::"),
    "as in fe80::1%",
  );
  assertStringIncludes(
    await told("EINVAL", { hostname: "FEBF::1", port: 9 }, "::"),
    "as in fe80::1%",
  );
});

Deno.test("errors: a name without an address is told as that", async () => {
  const to = `{ hostname: "${NO_HOST}", port: 9 }`;
  const stdout = await printed("--allow-net", `await bind().send("x", ${to}).catch(told);`);
  assertStringIncludes(stdout, `Cannot send to ${NO_HOST}:9: no address was found for this name.`);
});

Deno.test("errors: a missing permission names a flag that holds at the next run, too", async () => {
  const stdout = await printed(
    "--allow-net=127.0.0.1",
    `for (const port of [7, 0]) {
      try { bind({ hostname: "0.0.0.0", port }) } catch (error) { told(error) }
    }
    await bind().send("x", { hostname: "127.0.0.9", port: 35492 }).catch(told);`,
  );
  const lines = stdout.trim().split("\n").map((line) =>
    line.replace(/(:\d+:).*(--allow)/, "$1 $2")
  );
  assertEquals(lines, [
    "NotCapable Cannot bind 0.0.0.0:7: --allow-net=0.0.0.0:7.",
    "NotCapable Cannot bind 0.0.0.0:0: --allow-net=0.0.0.0.",
    "NotCapable Cannot send to 127.0.0.9:35492: --allow-net=127.0.0.9.",
  ]);
});

Deno.test({
  name: "errors: exhausted files are told as that",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const body = `const all = [];
      try { while (true) all.push(bind()) } catch (error) { console.log(error.code, error.message) }
      Deno.exit();`;
    const code = `import { bind } from "./lib/udp.ts"; ${body}`;
    const run = `ulimit -n 60; exec "${Deno.execPath()}" run --unstable-net --allow-net --ext=ts -`;
    await using program = new Program("sh", ["-c", run]);
    await program.type(code);
    const { stdout } = await program.end();
    assertStringIncludes(stdout, "EMFILE Cannot bind 127.0.0.1:0: too many sockets and files");
  },
});

Deno.test("errors: what is no host, no port, or nothing to send, is told before the system sees it", async () => {
  using socket = bind();
  for (const hostname of [7, null, undefined, "", {}] as unknown as string[]) {
    const send = () => socket.send("x", { hostname, port: 9 });
    const error = await assertRejects(send, TypeError, "is not a host: it must be a string");
    assertStringIncludes(error.message, Deno.inspect(hostname));
  }
  assertThrows(() => bind({ hostname: 7 as unknown as string }), TypeError, "Host 7 is not a host");
  for (const data of [7, null, [1, 2], new ArrayBuffer(2)] as unknown as string[]) {
    await assertRejects(() => socket.send(data, socket.address), TypeError, "Only a string or a");
  }
  await socket.send("the only one", socket.address);
  assertEquals((await socket.receive()).data.length, 12);
});
