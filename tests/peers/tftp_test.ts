/**
 * Lesson 14's server and Debian's `tftp` (tftp-hpa), as a learner tries it first. More of them, and more files:
 * `deno task peers`.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { peers, start } from "../peers.ts";
import { lesson } from "../program.ts";

const hello = await Deno.readFile(new URL("../../files/hello.txt", import.meta.url));

/** Lesson 14's server with its own folder, and `tftp` in a folder where it leaves what it fetches. */
async function withServer(
  work: (folder: string, port: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using server = lesson(14, "server", "--port", 0);
    const port = (await server.prints(/Bind UDP on (\d+)/))[1]!;
    await work(folder, port);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

peers(
  "lesson 14: tftp HOST PORT -c get fetches a file, at the first try",
  "tftp",
  () =>
    withServer(async (folder, port) => {
      await using tftp = start(
        "tftp",
        "127.0.0.1",
        port,
        "-c",
        "get",
        "hello.txt",
        `${folder}/copy`,
      );
      assertEquals(await tftp.end(), { code: 0, stdout: "", stderr: "" });
      assertEquals(await Deno.readFile(`${folder}/copy`), hello);
    }),
);

peers(
  "lesson 14: tftp fetches a file forty times from one port",
  "tftp",
  () =>
    withServer(async (folder, port) => {
      await using tftp = start("tftp", "127.0.0.1", port);
      for (let turn = 0; turn < 40; turn++) await tftp.type(`get hello.txt ${folder}/${turn}\n`);
      await tftp.type("quit\n");
      const { code, stdout, stderr } = await tftp.end();
      const told = stdout.replaceAll("tftp> ", "").trim(); // its exit code does not tell a failure
      assertEquals([code, told, stderr], [0, "", ""]);
      for (let turn = 0; turn < 40; turn++) {
        assertEquals(await Deno.readFile(`${folder}/${turn}`), hello, `${turn}`);
      }
    }),
);
