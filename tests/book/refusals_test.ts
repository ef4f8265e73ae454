import { assert, assertEquals } from "@std/assert";
import { change, project, serve, until } from "./helpers.ts";

interface Answer {
  status: number;
  headers: string;
  body: string;
}

/** A request as it stands: fetch would not send every header, nor every path. */
async function request(port: number, head: string, hostname = "127.0.0.1"): Promise<Answer> {
  using connection = await Deno.connect({ hostname, port });
  await connection.write(
    new TextEncoder().encode(
      `${head.trim().replaceAll(/\n\s*/g, "\r\n")}\r\nConnection: close\r\n\r\n`,
    ),
  );
  let text = "";
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65_536);
  for (let read; (read = await connection.read(buffer)) !== null;) {
    text += decoder.decode(buffer.subarray(0, read), { stream: true });
  }
  const [headers = "", ...body] = text.split("\r\n\r\n");
  return { status: Number(headers.split(" ")[1]), headers, body: body.join("\r\n\r\n") };
}

/** Asks a book at port 80. A browser leaves this port out where it names the host. */
const PORT_80 = `
import { Project } from "./project.ts";
import { Recordings } from "./server/recordings.ts";
import { app } from "./server/app.ts";
import { Site } from "./site.tsx";

const project = new Project(new URL("../", import.meta.url));
const recordings = new Recordings(project);
const site = new Site(project, { live: true, recording: () => undefined, recorded: () => 0 });
const book = app(project, site, recordings, () => 80);
const told = [];
for (const host of ["127.0.0.1", "localhost", "127.0.0.1:80", "evil.example"]) {
  const headers = { host, origin: \`http://\${host}\` };
  const { status } = await book.request("http://book/run/99", { method: "POST", headers });
  told.push(status);
}
console.log(told.join());
`;

Deno.test("at port 80, the book is at the name that a browser has for it", async () => {
  using folder = await project({ runs: [] });
  await Deno.writeTextFile(new URL("book/port_80.ts", folder), PORT_80);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--frozen", "--allow-read=.", "book/port_80.ts"],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals([text(stdout), text(stderr)], ["404,404,421,421\n", ""]);
});

Deno.test("the server refuses", async (t) => {
  using folder = await project();
  await Deno.writeTextFile(new URL("secret.txt", folder), "secret");
  await Deno.symlink("../secret.txt", new URL("docs/leak.md", folder));
  await Deno.symlink("../secret.txt", new URL("lib/leak.ts", folder));
  await Deno.symlink("../secret.txt", new URL("lessons/99_leak.ts", folder));
  await using book = await serve(folder);
  const { port } = book;
  const host = `127.0.0.1:${port}`;
  const own = `Host: ${host}\nOrigin: http://${host}\nContent-Length: 0`;

  await t.step("other hosts (DNS rebinding)", async () => {
    for (
      const name of [
        "evil.example",
        `evil.example:${port}`,
        "127.0.0.1",
        `127.0.0.1:${port + 1}`,
        `127.0.0.2:${port}`,
        `127.0.0.1:${port}.evil.example`,
      ]
    ) {
      assertEquals((await request(port, `GET / HTTP/1.1\nHost: ${name}`)).status, 421, name);
      const post = await request(
        port,
        `POST /run/1 HTTP/1.1\nHost: ${name}\nOrigin: http://${name}\nContent-Length: 0`,
      );
      assertEquals(post.status, 421, name);
    }
    for (const name of [host, `localhost:${port}`]) {
      assertEquals((await request(port, `GET / HTTP/1.1\nHost: ${name}`)).status, 200, name);
    }
  });

  await t.step("other origins", async () => {
    const origins = [
      "",
      "Origin: null",
      "Origin: http://evil.example",
      `Origin: https://${host}`,
      `Origin: http://127.0.0.1:${port + 1}`,
      `Origin: http://${host}.evil.example`,
    ];
    for (const origin of origins) {
      for (const path of ["/run/1", "/check/1", "/types/1"]) {
        const head = `POST ${path} HTTP/1.1\nHost: ${host}\n${origin}\nContent-Length: 0`.replace(
          "\n\n",
          "\n",
        );
        assertEquals((await request(port, head)).status, 403, origin);
      }
    }
    for (const site of ["cross-site", "same-site", "none"]) {
      assertEquals(
        (await request(port, `POST /run/1 HTTP/1.1\n${own}\nSec-Fetch-Site: ${site}`)).status,
        403,
        site,
      );
      for (const path of ["/changes/index.html", `/file/lessons/04_echo.ts`, "/recorded/4"]) {
        const look = `GET ${path} HTTP/1.1\n${own}\nSec-Fetch-Site: ${site}`;
        assertEquals((await request(port, look)).status, 403, `${path}, ${site}`);
      }
    }
  });

  await t.step("other methods, and running anything by GET", async () => {
    for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"]) {
      const { status } = await request(port, `${method} /run/1 HTTP/1.1\n${own}`);
      assert(status === 405 || status === 501 || status === 400, `${method}: ${status}`);
    }
    for (const path of ["/run/1", "/check/1", "/types/1"]) {
      for (const method of ["GET", "HEAD"]) {
        assertEquals((await request(port, `${method} ${path} HTTP/1.1\n${own}`)).status, 404, path);
      }
    }
    const { status, body } = await request(port, `HEAD /04_echo.html HTTP/1.1\nHost: ${host}`);
    assertEquals([status, body], [200, ""], "who asks for the head of a page gets it");
  });

  await t.step("paths that are not on its list", async () => {
    const paths = [
      "/secret.txt",
      "/../secret.txt",
      "/..%2fsecret.txt",
      "/%2e%2e/secret.txt",
      "/docs/../secret.txt",
      "/deno.json",
      "/lessons/04_echo.ts",
      "/book/main.ts",
      "//secret.txt",
      "/docs-leak.html",
      "/lib-leak.html",
      "/99_leak.html",
      "/lib-leak.txt",
      "/__proto__",
      "/constructor",
      "/index.html/..",
      "/.git/config",
      "/changes/deno.json",
      "/changes/book.css",
      "/changes/..%2findex.html",
      "/book.css%00",
    ];
    for (const path of paths) {
      const { status, body } = await request(port, `GET ${path} HTTP/1.1\nHost: ${host}`);
      assert(status === 404 || status === 400, `${path}: ${status}`);
      assert(!body.includes("secret"), path);
    }
    const index = await request(port, `GET / HTTP/1.1\nHost: ${host}`);
    assert(!index.body.includes("leak"));
    for (
      const path of [
        "/run/0",
        "/run/99",
        "/run/1x",
        "/run/-1",
        "/run/1%2f2",
        "/run/",
        "/check/99",
        "/check/..",
        "/run/__proto__",
        "/changes/index.html",
      ]
    ) {
      assertEquals((await request(port, `POST ${path} HTTP/1.1\n${own}`)).status, 404, path);
    }
  });

  await t.step("numbers that are no knob's, and options that are none", async () => {
    const refused = [
      "8?drop=2",
      "8?drop=-1",
      "8?drop=",
      "8?drop",
      "8?drop=NaN",
      "8?drop=1e0",
      "8?drop=0.5%20--allow-all",
      "8?drop=0.5&drop=1",
      "8?seed=1.5",
      "8?=1",
      "8?help=1",
      "8?json=",
      "8?--allow-all=1",
      "8?__proto__=1",
      "8?constructor=1",
      "8?window=3",
      "4?drop=0.5",
      `8?drop=${"9".repeat(5000)}`,
    ];
    for (const path of refused) {
      const { status } = await request(port, `POST /run/${path} HTTP/1.1\n${own}`);
      assertEquals(status, 400, path);
    }
    const bad = await request(port, `POST http://[::1/run/8 HTTP/1.1\n${own}`);
    assertEquals([bad.status, book.errors()], [400, ""], "an address that is none");
    const taken = await fetch(`${book.address}run/8?drop=1&delay=0&seed=100`, {
      headers: { origin: `http://${host}` },
      method: "POST",
    });
    assertEquals(taken.status, 200);
    assertEquals((await taken.text()).match(/"fate":"lost"/g)?.length, 5);
  });

  await t.step(
    "to send again what a browser keeps: a font, and a page that is the same",
    async () => {
      const get = async (name: string, more = "") => {
        const head = `GET /${name} HTTP/1.1\nHost: ${host}${more}`;
        const { status, headers } = await request(port, head);
        const value = (name: string) => headers.match(new RegExp(`^${name}: (.*)$`, "im"))?.[1];
        return { status, kept: value("cache-control"), etag: value("etag") };
      };
      const page = await get("04_echo.html");
      assertEquals([page.status, page.kept], [200, "no-cache"]);
      assertEquals((await get("04_echo.html", `\nIf-None-Match: ${page.etag}`)).status, 304);
      assertEquals((await get("04_echo.html", '\nIf-None-Match: "another"')).status, 200);
      assertEquals((await get("mono.woff2")).kept, "max-age=86400");
    },
  );

  await t.step("to be framed, and whatever is inline or from elsewhere", async () => {
    for (const path of ["/", "/nothing", "/book.js"]) {
      const { headers } = await request(port, `GET ${path} HTTP/1.1\nHost: ${host}`);
      const policy = headers.match(/content-security-policy: (.*)/i)![1]!;
      for (
        const part of [
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          "frame-ancestors 'none'",
          "base-uri 'none'",
          "form-action 'none'",
        ]
      ) {
        assert(policy.includes(part), part);
      }
      assert(!/unsafe|\*|http:|data:/.test(policy), policy);
      assert(
        /x-frame-options: DENY/i.test(headers) && /x-content-type-options: nosniff/i.test(headers),
      );
      assert(!/access-control-allow/i.test(headers));
    }
    const { body } = await request(port, `GET /04_echo.html HTTP/1.1\nHost: ${host}`);
    assert(!/ style=| on\w+="|<style|<script>|javascript:/.test(body));
  });

  await t.step(
    "other pages: to hold its window, to embed it, to learn where a link began",
    async () => {
      const policies = [
        "cross-origin-opener-policy: same-origin",
        "cross-origin-resource-policy: same-origin",
        "referrer-policy: no-referrer",
      ];
      for (const path of ["/", "/nothing", "/book.js"]) {
        const { headers } = await request(port, `GET ${path} HTTP/1.1\nHost: ${host}`);
        const lines = headers.toLowerCase().split("\r\n");
        for (const policy of policies) assert(lines.includes(policy), `${path}: ${headers}`);
      }
    },
  );

  await t.step("more runs than one of a lesson, and than four in all", async () => {
    // Lesson 2 and 6 wait for half a second, so that they still run when the next one is asked for.
    const origin = { headers: { origin: `http://${host}` }, method: "POST" };
    for (const { name } of Deno.readDirSync(new URL("lessons", folder))) {
      if (!/^0[1-5]_/.test(name)) continue;
      const forever = "  await new Promise((resolve) => setTimeout(resolve, 60_000));";
      await change(folder, name.replace(".ts", ""), forever);
    }
    const running = await Promise.all(
      [1, 2, 3, 4].map((number) => fetch(`${book.address}run/${number}`, origin)),
    );
    assertEquals(running.map(({ status }) => status), [200, 200, 200, 200]);
    const again = await fetch(`${book.address}run/1`, origin);
    assertEquals([again.status, await again.text()], [
      409,
      "This lesson is running in another tab.\n",
    ]);
    const fifth = await fetch(`${book.address}run/5`, origin);
    assertEquals([fifth.status, await fifth.text()], [429, "Too many lessons are running.\n"]);
    // A page that runs a lesson again ends its own run before, and nobody else's.
    await running.shift()!.body!.cancel();
    const asPage = (page: string) => {
      const headers = { ...origin.headers, "x-page": page };
      return fetch(`${book.address}run/1`, { ...origin, headers });
    };
    let first = await asPage("one");
    while (first.status === 409) { // until the run before has ended
      await first.body!.cancel();
      first = await asPage("one");
    }
    const other = await asPage("two");
    assertEquals([other.status, await other.text()], [
      409,
      "This lesson is running in another tab.\n",
    ]);
    const more = await Promise.all([asPage("one"), asPage("one"), asPage("one")]);
    assertEquals(more.map(({ status }) => status), [200, 200, 200]);
    assertEquals(await first.text(), '{"event":"failed","text":"Nobody looks any more."}\n');
    // Unless somebody says that it is to run here instead.
    const headers = { ...origin.headers, "x-page": "two", "x-instead": "" };
    const instead = await fetch(`${book.address}run/1`, { ...origin, headers });
    assertEquals(instead.status, 200);
    const said = "It was stopped, since it runs in another tab now.";
    assertEquals(await more.at(-1)!.text(), `{"event":"failed","text":"${said}"}\n`);
    running.push(...more.slice(0, -1), instead);
    // Whoever goes away makes room.
    for (const response of running) await response.body!.cancel();
    let status = 429;
    while (status === 429) {
      const response = await fetch(`${book.address}run/5`, origin);
      status = response.status;
      await response.body!.cancel();
    }
    assertEquals(status, 200);
  });

  await t.step("more checks of pages than four", async () => {
    // A check that cannot be loaded ends soon. The page is still watched until its reader leaves.
    await Deno.writeTextFile(new URL("exercises/checks/01_send_test.ts", folder), "(");
    const check = () =>
      fetch(`${book.address}check/1`, {
        headers: { origin: `http://${host}` },
        method: "POST",
      });
    const checking = await Promise.all([check(), check(), check(), check()]);
    assertEquals(checking.map(({ status }) => status), [200, 200, 200, 200]);
    const fifth = await check();
    assertEquals(fifth.status, 429); // first: a check that goes on has no end to wait for
    assertEquals(await fifth.text(), "Too many pages are being checked: end one in another tab.\n");
    // Whoever goes away makes room.
    for (const response of checking) await response.body!.cancel();
    await until(async () => {
      const response = await check();
      await response.body!.cancel();
      return response.status === 200;
    }, "room for a check");
  });

  await t.step("more pages that are followed than 32", async () => {
    const follow = () => fetch(`${book.address}changes/index.html`);
    const followed = await Promise.all(Array.from({ length: 32 }, follow));
    for (const { status } of followed) assertEquals(status, 200);
    const more = await follow();
    assertEquals([more.status, await more.text()], [429, "Too many pages are open.\n"]);
    for (const response of followed) await response.body!.cancel();
    await until(async () => {
      const response = await follow();
      await response.body!.cancel();
      return response.status === 200;
    }, "room for a page");
    // Whoever asks for no body follows nothing.
    for (let times = 0; times < 33; times++) {
      const { status } = await fetch(`${book.address}changes/index.html`, { method: "HEAD" });
      assertEquals(status, 200);
    }
  });

  await t.step("to listen to the network", async () => {
    const other = Object.values(Deno.networkInterfaces()).find(({ family, address }) =>
      family === "IPv4" && !address.startsWith("127.")
    );
    for (const hostname of ["127.0.0.2", "::1", ...other ? [other.address] : []]) {
      const answered = await request(port, `GET / HTTP/1.1\nHost: ${host}`, hostname).then(
        () => true,
        () => false,
      );
      assertEquals(answered, false, hostname);
    }
  });
});
