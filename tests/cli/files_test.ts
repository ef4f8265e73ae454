import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { inFolder, MOST_BYTES } from "../../cli/files.ts";
import { TftpError } from "../../lib/tftp.ts";
import { type Files, inMemory } from "../../lib/tftp_files.ts";
import { bytes, listeners, text } from "../helpers.ts";

const HELLO = bytes("Hello!");

/** A folder with a file, a folder, and links; and beside it, what nobody may see. */
async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const top = await Deno.makeTempDir();
  const folder = `${top}/folder`;
  await Deno.mkdir(`${folder}/sub`, { recursive: true });
  for (const path of ["folder/hello.txt", "folder/.hidden", "folder/sub/a", "secret"]) {
    await Deno.writeFile(`${top}/${path}`, HELLO);
  }
  if (Deno.build.os !== "windows") {
    await Deno.symlink("hello.txt", `${folder}/inside`);
    await Deno.symlink("../secret", `${folder}/outside`);
    await Deno.symlink("sub/a", `${folder}/below`);
    await Deno.symlink(".hidden", `${folder}/unhidden`);
    await Deno.symlink("nothing", `${folder}/broken`);
  }
  try {
    await work(folder);
  } finally {
    await Deno.remove(top, { recursive: true });
  }
}

async function read(files: Files, name: string): Promise<string> {
  using source = await files.open(name);
  const parts = await Array.fromAsync(source.parts(), (part) => [...part]);
  const all = new Uint8Array(parts.flat());
  assertEquals(source.size, all.length);
  return text(all);
}

const refused = (code: number, work: () => Promise<unknown>) =>
  assertRejects(work, TftpError).then((error) => assertEquals(error.code, code, error.message));

const left = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("files: those of the folder can be read, also through a link within it", () =>
  withFolder(async (folder) => {
    const files = inFolder(folder);
    assertEquals(await read(files, "hello.txt"), "Hello!");
    if (Deno.build.os !== "windows") assertEquals(await read(files, "inside"), "Hello!");
    await Deno.writeFile(`${folder}/empty`, new Uint8Array());
    assertEquals(await read(files, "empty"), "");
    await Deno.writeTextFile(`${folder}/long`, "long".repeat(200_000));
    assertEquals(await read(files, "long"), "long".repeat(200_000));
  }));

Deno.test("files: nothing above, below or hidden, and no link that leads there", () =>
  withFolder(async (folder) => {
    const files = inFolder(folder, { writable: true });
    const all = left(folder);
    const names = ["../secret", "..", ".", "", "/etc/passwd", `${folder}/hello.txt`, ".hidden"];
    names.push(
      "sub/a",
      "sub\\a",
      "sub/../hello.txt",
      "..\\secret",
      "C:secret",
      "a\0b",
      "a\nb",
      "a.",
      "a ",
    );
    for (const name of [...names, "x".repeat(256)]) {
      await refused(2, () => files.open(name));
      await refused(2, () => files.create(name));
    }
    await refused(2, () => files.open("sub"));
    if (Deno.build.os !== "windows") {
      for (const name of ["outside", "below", "unhidden"]) await refused(2, () => files.open(name));
      await refused(1, () => files.open("broken"));
      for (const name of ["outside", "broken"]) await refused(6, () => files.create(name));
    }
    await refused(1, () => files.open("nothing"));
    assertEquals(left(folder), all);
  }));

Deno.test("files: nothing is written where that was not allowed", () =>
  withFolder(async (folder) => {
    const all = left(folder);
    await refused(2, () => inFolder(folder).create("new"));
    assertEquals(left(folder), all);
  }));

Deno.test("files: a file has its name when all of it is there, and not before", () =>
  withFolder(async (folder) => {
    const files = inFolder(folder, { writable: true });
    using sink = await files.create("new");
    const long = bytes("long".repeat(100_000));
    for (let at = 0; at < long.length; at += 512) await sink.write(long.subarray(at, at + 512));
    await refused(1, () => files.open("new"));
    for (const name of left(folder).filter((name) => name.endsWith(".part"))) {
      await refused(2, () => files.open(name));
    }
    await sink.finish();
    assertEquals(await read(files, "new"), text(long));
    sink[Symbol.dispose]();
    assertEquals(left(folder).filter((name) => name.endsWith(".part")), []);
    assertEquals(await read(files, "new"), text(long));
  }));

Deno.test("files: half a file leaves nothing behind, nor does the end of the program", () =>
  withFolder(async (folder) => {
    const all = left(folder);
    const stop = new AbortController();
    const files = inFolder(folder, { writable: true, signal: stop.signal });
    {
      using sink = await files.create("new");
      await sink.write(HELLO);
    }
    assertEquals(left(folder), all);
    using sink = await files.create("new");
    await sink.write(HELLO);
    assertEquals(left(folder).length, all.length + 1);
    stop.abort();
    assertEquals(left(folder), all);
  }));

Deno.test("files: a file that is finished or given up lets go of the signal", () =>
  withFolder(async (folder) => {
    const { signal } = new AbortController();
    const listening = listeners(signal);
    const files = inFolder(folder, { writable: true, signal });
    const finished = await files.create("new");
    const givenUp = await files.create("half");
    assertEquals(listening(), 2);
    await finished.finish();
    assertEquals(listening(), 1);
    givenUp[Symbol.dispose]();
    assertEquals(listening(), 0);
  }));

Deno.test("files: nobody fills the disk with one file", () =>
  withFolder(async (folder) => {
    const all = left(folder);
    {
      using sink = await inFolder(folder, { writable: true, most: 10 }).create("new");
      await sink.write(bytes("1234567890"));
      await refused(3, () => sink.write(bytes("1")));
    }
    assertEquals(left(folder), all);
    using whole = await inFolder(folder, { writable: true, most: 10 }).create("new");
    await whole.write(bytes("12345"));
    await whole.write(bytes("67890"));
    await whole.finish();
    assertEquals(await read(inFolder(folder), "new"), "1234567890");
    // Without a number of one's own, too: this part only says that it is so long, since nobody has the room.
    using long = await inFolder(folder, { writable: true }).create("long");
    const part = { length: MOST_BYTES + 1 } as Uint8Array;
    await refused(3, () => long.write(part));
  }));

Deno.test("files: what is there is never written over, not even if it came meanwhile", () =>
  withFolder(async (folder) => {
    const files = inFolder(folder, { writable: true });
    await refused(6, () => files.create("hello.txt"));
    await refused(6, () => files.create("sub"));
    using first = await files.create("new");
    using second = await files.create("new");
    await first.write(bytes("first"));
    await second.write(bytes("second"));
    await first.finish();
    await refused(6, () => second.finish());
    assertEquals(await read(files, "new"), "first");
  }));

Deno.test("files: where there is no folder, that is told", () =>
  withFolder((folder) => {
    for (const path of [`${folder}/nowhere`, `${folder}/hello.txt`]) {
      assertThrows(() => inFolder(path), Error, "There is no folder");
    }
    return Promise.resolve();
  }));

Deno.test("files: the memory holds files as a folder does", async () => {
  const files = inMemory(new Map([["hello.txt", HELLO]]));
  assertEquals(await read(files, "hello.txt"), "Hello!");
  await refused(1, () => files.open("nothing"));
  await refused(6, () => files.create("hello.txt"));
  using first = await files.create("new");
  using second = await files.create("new");
  const part = bytes("first");
  await first.write(part);
  part.fill(0);
  await first.write(bytes(" and last"));
  await refused(1, () => files.open("new"));
  await first.finish();
  await refused(6, () => second.finish());
  assertEquals(await read(files, "new"), "first and last");
});

Deno.test("files: what another program is writing stays, and what one has left is removed", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/.${crypto.randomUUID()}.part`;
    const there = () => Deno.stat(path).then(() => true, () => false);
    {
      using file = await Deno.open(path, { write: true, createNew: true });
      await file.lock(true);
      inFolder(folder, { writable: true });
      assertEquals(await there(), true);
    }
    inFolder(folder, { writable: true });
    assertEquals(await there(), false);
  });
});
