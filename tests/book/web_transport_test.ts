import { assertEquals } from "@std/assert";
import { atPort, programs } from "../docs.ts";
import { browser } from "./helpers.ts";

Deno.test("lesson 20: a web page and the server exchange datagrams", async () => {
  const { "page.js": script } = programs("encryption-and-browsers.md");
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "lesson20", "server", "--port", "0"],
    cwd: new URL("../..", import.meta.url),
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
      if ((said += text).includes("Bind UDP on ") && said.endsWith("\n")) break;
    }
    const [, hash, port] = said.match(/Its hash is (\w{64})\nBind UDP on (\d+)\b/)!;
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
