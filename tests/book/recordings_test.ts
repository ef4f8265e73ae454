import { assert, assertEquals } from "@std/assert";
import { type Book, change, project, serve } from "./helpers.ts";

const FOREVER = "await new Promise((resolve) => setTimeout(resolve, 60_000));";
const BROKEN = 'throw new Error("It is broken.");';

/** How many events the book has of a lesson, as soon as it has recorded it: 0 if it could not. */
async function eventsOf(book: Book, number: number): Promise<number> {
  return (await (await fetch(`${book.address}recorded/${number}`)).json()).length;
}

/** Changes how a lesson runs. Returns what mends it. */
async function broken(folder: URL, name: string, begin = BROKEN): Promise<() => Promise<void>> {
  const file = new URL(`cli/lessons/${name}.ts`, folder);
  const whole = await Deno.readTextFile(file);
  await change(folder, name, begin);
  return () => Deno.writeTextFile(file, whole);
}

Deno.test("who waits for a recording", async (t) => {
  using folder = await project({ runs: [1, 2, 3, 4] });
  const settings = new URL("deno.json", folder);
  const noDeno = JSON.parse(await Deno.readTextFile(settings));
  noDeno.tasks.lesson1 = "echo 1";
  await Deno.writeTextFile(settings, JSON.stringify(noDeno));
  const mend = {
    "deno.json": { number: 2, lesson: await broken(folder, "02_receive") },
    "deno.lock": { number: 3, lesson: await broken(folder, "03_bind") },
  };
  const end = await broken(folder, "04_echo", FOREVER);
  await using book = await serve(folder);

  await t.step("gets the one of the lesson as it is by then", async () => {
    const waits = eventsOf(book, 4);
    assertEquals(await eventsOf(book, 2), 0); // meanwhile, lesson 4 does not end
    await end();
    assert(await waits > 0);
  });

  await t.step("is told at once of one that has failed before", async () => {
    assertEquals(await eventsOf(book, 2), 0);
  });

  await t.step("is told where the task cannot even begin", async () => {
    assertEquals(await eventsOf(book, 1), 0);
  });

  for (const [name, { number, lesson }] of Object.entries(mend)) {
    await t.step(`gets it when ${name} is mended, and nothing else has changed`, async () => {
      const file = new URL(name, folder);
      const text = await Deno.readTextFile(file);
      await Deno.writeTextFile(file, "{");
      await lesson();
      assertEquals(await eventsOf(book, number), 0);
      await Deno.writeTextFile(file, text);
      assert(await eventsOf(book, number) > 0);
    });
  }
});

Deno.test("a run that does not end in time is recorded again: the machine may be busy", async () => {
  using folder = await project({ runs: [1] });
  using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = server.addr as Deno.NetAddr;
  const begin = `(await Deno.connect({ port: ${port} })).readable.getReader().read();`;
  const wait = begin.replace("(await", "await (await");
  await broken(folder, "01_send", wait);
  await using book = await serve(folder);
  const recorded = eventsOf(book, 1);
  using _late = await server.accept(); // it waits until its time is up
  using second = await server.accept();
  second.close();
  assert(await recorded > 0);
});

/** Waits for a recording that nobody makes any more. */
const STOP = `
import { Project } from "./project.ts";
import { Recordings } from "./server/recordings.ts";

const project = new Project(new URL("../", import.meta.url));
const recordings = new Recordings(project);
const [lesson] = project.lessons();
const before = recordings.soon(lesson);
recordings.stop();
console.log(await before, await recordings.soon(lesson));
`;

Deno.test("who waits for a recording is told when there will be none", async () => {
  using folder = await project({ runs: [] });
  await Deno.writeTextFile(new URL("book/stop.ts", folder), STOP);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--frozen", "--allow-read=.", "book/stop.ts"],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals([text(stdout), text(stderr)], ["undefined undefined\n", ""]);
});
