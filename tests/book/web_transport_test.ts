import { assertEquals } from "@std/assert";
import { atPort, certificate, programs } from "../docs.ts";
import { browser } from "./helpers.ts";

Deno.test("the page on encryption: a web page and Deno exchange datagrams", async () => {
  const { "server.ts": server, "page.js": script } = programs("encryption-and-browsers.md");
  await using made = await certificate();
  await Deno.writeTextFile(`${made.folder}/server.ts`, atPort(server!, 4433, 0));
  const args = server!.match(/^\/\/ server\.ts: deno (.*)$/m)![1]!.split(" ");
  const child = new Deno.Command(Deno.execPath(), {
    args: [args[0]!, "--no-config", "--no-prompt", "--check", ...args.slice(1)],
    cwd: made.folder,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const output = child.stdout.pipeThrough(new TextDecoderStream());
  const http = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("<title>A page</title>", { headers: { "content-type": "text/html" } }),
  );
  try {
    let said = "";
    for await (const text of output.values({ preventCancel: true })) {
      if ((said += text).includes("\n")) break;
    }
    const [, port, hash] = said.match(/^Listening on (\d+), with the certificate (\w{64})\n/)!;
    await using chromium = await browser();
    const page = await chromium.newPage();
    const printed = Promise.withResolvers<string>();
    page.on("console", (message) => printed.resolve(message.text()));
    page.on("pageerror", (error) => printed.resolve(String(error)));
    await page.goto(`http://127.0.0.1:${http.addr.port}/`);
    const own = atPort(script!, 4433, Number(port)).replace("THE CERTIFICATE", hash!);
    await page.evaluate(`(async () => {${own}})().catch((error) => console.log(String(error)))`);
    assertEquals(await printed.promise, "Hello, page!");
  } finally {
    child.kill();
    await child.status;
    await output.cancel();
    await http.shutdown();
  }
});
