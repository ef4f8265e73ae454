/**
 * Lesson 14 and the programs that people use: curl, tftp (tftp-hpa) and atftp fetch from our server and leave
 * files there, and our client does the same at atftpd. in.tftpd is in tests/long/network.ts, since it wants a
 * network beside loopback.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { dice, relay } from "../../lib/relay.ts";
import { bind } from "../../lib/udp.ts";
import { here, later } from "../helpers.ts";
import { peers, start } from "../peers.ts";
import { freePort, Program } from "../program.ts";

/** Empty; one block of 512 bytes, and of 1,428; a block and a bit; and more than 65,535 blocks of 512. */
const SIZES: Record<string, number> = { empty: 0, one: 512, large: 1428, some: 5000, long: 34e6 };

/** A folder with files of these sizes. */
class Folder {
  readonly path = Deno.makeTempDirSync();

  constructor(sizes: Record<string, number> = {}) {
    Deno.chmodSync(this.path, 0o777); // atftpd gives up its rights
    for (const [name, size] of Object.entries(sizes)) {
      const random = dice(size);
      const part = Uint8Array.from({ length: Math.min(size, 1_000_003) }, () => 256 * random());
      const bytes = new Uint8Array(size);
      for (let at = 0; at < size; at += part.length) {
        bytes.set(part.subarray(0, size - at), at);
      }
      Deno.writeFileSync(`${this.path}/${name}`, bytes, { mode: 0o666 });
    }
  }

  /** Whether a file is the same as one in another folder, byte for byte. */
  async same(name: string, other: Folder, as = name): Promise<void> {
    const [a, b] = await Promise.all([
      Deno.readFile(`${this.path}/${name}`),
      Deno.readFile(`${other.path}/${as}`),
    ]);
    assertEquals(a.length, b.length, name);
    assert(a.every((byte, i) => byte === b[i]), `${name} is another file.`);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** Our server, which may read and write this folder only. */
async function ourServer(folder: Folder): Promise<[Program, number]> {
  const allow = [`--allow-read=${folder.path}`, `--allow-write=${folder.path}`];
  const args = ["server", "--port", "0", "--folder", folder.path, "--writable"];
  const server = new Program(Deno.execPath(), [
    ...["run", "--no-prompt", "--allow-net=127.0.0.1", ...allow, "lessons/14_tftp.ts", ...args],
  ]);
  return [server, Number((await server.prints(/Bind UDP on (\d+)/))[1])];
}

/** Runs a program to its end, however long that takes. */
async function run(command: string, ...args: (string | number)[]) {
  const { code, stdout, stderr } = await new Deno.Command(command, { args: args.map(String) })
    .output();
  const decoder = new TextDecoder();
  return { code, said: decoder.decode(stdout) + decoder.decode(stderr) };
}

interface Client {
  command: string;
  get(port: number, name: string, to: string): (string | number)[];
  put(port: number, from: string, name: string): (string | number)[];
}

const url = (port: number, name: string) => `tftp://127.0.0.1:${port}/${name}`;
const CLIENTS: Record<string, Client> = {
  "curl": {
    command: "curl",
    get: (port, name, to) => ["-sS", "-o", to, url(port, name)],
    put: (port, from, name) => ["-sS", "-T", from, url(port, name)],
  },
  "curl with blocks of 1,428 bytes": {
    command: "curl",
    get: (port, name, to) => ["-sS", "--tftp-blksize", 1428, "-o", to, url(port, name)],
    put: (port, from, name) => ["-sS", "--tftp-blksize", 1428, "-T", from, url(port, name)],
  },
  "curl without options": {
    command: "curl",
    get: (port, name, to) => ["-sS", "--tftp-no-options", "-o", to, url(port, name)],
    put: (port, from, name) => ["-sS", "--tftp-no-options", "-T", from, url(port, name)],
  },
  "tftp": {
    command: "tftp",
    get: (port, name, to) => ["-m", "binary", "127.0.0.1", port, "-c", "get", name, to],
    put: (port, from, name) => ["-m", "binary", "127.0.0.1", port, "-c", "put", from, name],
  },
  "tftp in its own mode, netascii": {
    command: "tftp",
    get: (port, name, to) => ["127.0.0.1", port, "-c", "get", name, to],
    put: (port, from, name) => ["127.0.0.1", port, "-c", "put", from, name],
  },
  "atftp in netascii": {
    command: "atftp",
    get: (
      port,
      name,
      to,
    ) => ["--option", "mode netascii", "--get", "-r", name, "-l", to, "127.0.0.1", port],
    put: (
      port,
      from,
      name,
    ) => ["--option", "mode netascii", "--put", "-l", from, "-r", name, "127.0.0.1", port],
  },
  "atftp with blocks of 1,428 bytes": {
    command: "atftp",
    get: (
      port,
      name,
      to,
    ) => ["--option", "blksize 1428", "--get", "-r", name, "-l", to, "127.0.0.1", port],
    put: (
      port,
      from,
      name,
    ) => ["--option", "blksize 1428", "--put", "-l", from, "-r", name, "127.0.0.1", port],
  },
};

for (const [name, client] of Object.entries(CLIENTS)) {
  peers(`lesson 14: ${name} fetches and leaves files, byte for byte`, client.command, async () => {
    using files = new Folder(SIZES);
    using copies = new Folder();
    const [server, port] = await ourServer(files);
    await using _ = server;
    for (const file of Object.keys(SIZES)) {
      if (file === "long" && name !== client.command) continue; // blocks of 512 are enough
      const from = `${files.path}/${file}`;
      const left = await run(client.command, ...client.put(port, from, `${file}.left`));
      assertEquals(left.code, 0, left.said);
      await files.same(`${file}.left`, files, file);
      if (file === "empty" && client.command === "curl") continue; // 7.88 fails at every server
      const got = await run(client.command, ...client.get(port, file, `${copies.path}/${file}`));
      assertEquals(got.code, 0, got.said);
      await copies.same(file, files);
    }
  });
}

peers("lesson 14: curl and tftp are told what is refused", "curl", async () => {
  using files = new Folder({ one: 512 });
  const [server, port] = await ourServer(files);
  await using _ = server;
  const codes: [number, ...string[]][] = [
    [68, url(port, "nothing")],
    [69, url(port, "..%2fsecret")],
    [69, url(port, "%2fetc%2fpasswd")],
    [73, "-T", `${files.path}/one`, url(port, "one")],
  ];
  for (const [code, ...args] of codes) {
    assertEquals((await run("curl", "-sS", ...args)).code, code, args.join(" "));
  }
});

peers("lesson 14: tftp is told in words, since it ends with 0 after all", "tftp", async () => {
  using files = new Folder();
  const [server, port] = await ourServer(files);
  await using _ = server;
  const get = ["127.0.0.1", port, "-c", "get", "nothing", `${files.path}/copy`];
  assertMatch((await run("tftp", "-m", "binary", ...get)).said, /Error code 1: File not found/);
  assertMatch((await run("tftp", "-m", "ascii", ...get)).said, /Error code 1: File not found/);
});

peers(
  "lesson 14: curl says netascii and converts nothing, and both ways that is a text",
  "curl",
  async () => {
    using files = new Folder();
    const [server, port] = await ourServer(files);
    await using _ = server;
    await Deno.writeTextFile(`${files.path}/text`, "one\ntwo\rthree\n");
    const got = await run("curl", "-sS", `${url(port, "text")};mode=netascii`);
    assertEquals(got, { code: 0, said: "one\r\ntwo\r\0three\r\n" });
    const put = ["-sS", "-T", `${files.path}/text`, `${url(port, "left")};mode=netascii`];
    assertEquals((await run("curl", ...put)).code, 0);
    assertEquals(await Deno.readTextFile(`${files.path}/left`), "one\ntwo\rthree\n");
  },
);

peers("lesson 14: our client fetches and leaves files at atftpd", "atftpd", async () => {
  using files = new Folder(SIZES);
  using copies = new Folder();
  const port = freePort();
  await using server = start(
    "atftpd",
    ...["--daemon", "--no-fork", "--port", port, "--bind-address", "127.0.0.1", files.path],
  );
  await later(300); // it says nothing when it is ready, and our client asks again
  const ours = async (redirected: string, ...args: (string | number)[]) => {
    const command = `exec "$0" run --allow-net=127.0.0.1 lessons/14_tftp.ts "$@" ${redirected}`;
    const { code, said } = await run("sh", "-c", command, Deno.execPath(), ...args);
    assertEquals(code, 0, said);
  };
  for (const file of Object.keys(SIZES)) {
    for (const size of file === "long" ? [512] : [512, 1428]) {
      const at = ["--port", port, "--blksize", size, "--file"];
      await ours(`> "${copies.path}/${file}"`, "get", ...at, file);
      await copies.same(file, files);
      await ours(`< "${files.path}/${file}"`, "put", ...at, `${file}.${size}`);
      await later(100); // it writes what it has acknowledged
      await files.same(`${file}.${size}`, files, file);
      if (file === "long") continue;
      await ours(`> "${copies.path}/${file}"`, "get", ...at, file, "--mode", "netascii");
      await copies.same(file, files);
      const text = `${file}.${size}.text`;
      await ours(`< "${files.path}/${file}"`, "put", ...at, text, "--mode", "netascii");
      await later(100);
      await files.same(text, files, file);
    }
  }
  server.signal("SIGTERM");
});

for (const name of ["curl", "tftp", "atftp with blocks of 1,428 bytes"]) {
  const client = CLIENTS[name]!;
  peers(`lesson 14: ${name} through lesson 8's relay, at 30 % loss`, client.command, async () => {
    using files = new Folder({ some: 5000 });
    using copies = new Folder();
    const [server, port] = await ourServer(files);
    await using _ = server;
    await using middle = bind();
    let lost = 0;
    const relaying = relay(middle, here(port), (path) => {
      const random = dice(path + 7);
      return () => random() < 0.3 ? (lost++, []) : [0];
    });
    const to = `${copies.path}/some`;
    const got = await run(client.command, ...client.get(middle.address.port, "some", to));
    assertEquals(got.code, 0, got.said);
    await copies.same("some", files);
    assert(lost > 0);
    middle.close();
    await relaying;
  });
}
