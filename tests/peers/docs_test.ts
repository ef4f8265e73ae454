/**
 * The programs in docs/, beside our own: each is run as it stands there, but for its port and its patience.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { greeting, serve } from "../../lessons/04_echo.ts";
import { askByStream, connect, endpoint, greetAll } from "../../lessons/20_quic.ts";
import { bind } from "../../lib/udp.ts";
import { atPort, certificate, page, programs } from "../docs.ts";
import { here, PATIENCE } from "../helpers.ts";
import { peers, place } from "../peers.ts";
import { NOT_LINUX, unless } from "../only.ts";
import { eventually, freePort, Program } from "../program.ts";
import { waits } from "../waits.ts";

const ICMP = programs("icmp-errors.md");
const GREETINGS = "Hello, Michael!\nHello, Tracy!\nHello, Sarah!\n";

/** What a program prints, with lesson 4's server at its port, and with nobody there. */
async function withAndWithout(
  name: string,
  start: (program: string) => Program,
): Promise<[string, string]> {
  using server = bind();
  serve(server, greeting);
  const [there, gone] = [start, start].map((start, i) =>
    start(atPort(ICMP[name]!, 9999, i === 0 ? server.address.port : freePort()))
  );
  return [(await there!.end()).stdout, (await gone!.end()).stdout];
}

const python = (program: string) =>
  new Program(place("python3")!, ["-c", program.replace("settimeout(0.5)", "settimeout(60)")]);
const node = (program: string) => new Program("node", ["--input-type=module", "-e", program]);
const deno = (program: string) => new Program(Deno.execPath(), ["eval", program]);

/** The page shows this, as what a program prints. */
function shown(text: string): void {
  assert(
    page("icmp-errors.md").includes(`\`\`\`text\n${text}\`\`\``),
    `The page shows not:\n${text}`,
  );
}

peers("docs: a connected client in Python is greeted, or refused at once", "python3", async () => {
  const [there, gone] = await withAndWithout("ask.py", python);
  assertEquals(there, GREETINGS);
  shown(gone);
  assertEquals(gone.match(/Connection refused/g)?.length, 3);
}, NOT_LINUX);

peers(
  "docs: the refusal comes at the next send, to connected sockets only",
  "python3",
  async () => {
    const { stdout } = await python(atPort(ICMP["twice.py"]!, 9999, freePort())).end();
    shown(stdout);
    assertMatch(stdout, /^(sent.*\nrefused.*\n){2}(sent.*\n){4}$/);
  },
  NOT_LINUX,
);

peers("docs: a connected socket hears its peer, and no stranger", "python3", async () => {
  const { stdout } = await python(ICMP["stranger.py"]!).end();
  shown(stdout);
});

peers("docs: Node.js says ECONNREFUSED, and ends if nobody listens to that", "node", async () => {
  await eventually(async () => { // it waits for a second
    assertEquals(await withAndWithout("ask.mjs", node), ["Hello, Michael!\n", "ECONNREFUSED\n"]);
  });
  const careless = atPort(ICMP["ask.mjs"]!, 9999, freePort()).replace(/^s\.on\("error".*\n/m, "");
  const { code, stderr } = await node(careless).end();
  assertEquals(code, 1);
  assertMatch(stderr, /ECONNREFUSED/);
}, NOT_LINUX);

waits(
  unless(NOT_LINUX, "docs: Deno's node:dgram connects, and says nothing of a refusal"),
  async () => {
    await eventually(async () => {
      assertEquals(await withAndWithout("ask.mjs", deno), ["Hello, Michael!\n", ""]);
    });
  },
);

peers("docs: a certificate of openssl's for lesson 20's server", "openssl", async () => {
  await using made = await certificate();
  const [cert, key] = ["cert", "key"].map((name) =>
    Deno.readTextFileSync(`${made.folder}/${name}.pem`)
  );
  using server = endpoint(here(0));
  const end = greetAll(server, { cert: cert!, key: key! });
  using client = endpoint(here(0));
  const connection = await connect(client, server.addr, cert!, PATIENCE);
  assertEquals(await askByStream(connection, "Michael"), "Hello, Michael!");
  connection.close();
  server.close();
  await end;
});
