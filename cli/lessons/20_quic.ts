/**
 * How lesson 20 runs: its play, its roles, and their options.
 *
 * @module
 */
import { passOn } from "../../lessons/08_loss.ts";
import {
  askByStream,
  client,
  connect,
  endpoint,
  greetAll,
  packetTypes,
  reader,
  server,
} from "../../lessons/20_quic.ts";
import { fingerprint, selfSigned } from "../../lib/certificate.ts";
import { sleep } from "../../lib/clock.ts";
import { type Address, bind, type Socket } from "../../lib/udp.ts";
import type { Diagram, Lesson } from "../lesson.ts";
import { run } from "../run.ts";

const HERE = { hostname: "127.0.0.1", port: 0 };
const NAMES = ["localhost", "127.0.0.1"];

/** The longest wait for a reply that nothing keeps from coming, in milliseconds. */
const PATIENCE = 30_000;

/** The file with the server's certificate: how a client on this machine gets it. */
const FILE = "files/lesson20.pem";

/** Browsers take at most 14 days from a server that they know by its certificate's hash. */
const DAYS = 10;

/** Plays a connection on a line that loses a QUIC datagram, and then a part of a stream. */
export async function play(diagram: Diagram): Promise<void> {
  const identity = await selfSigned(NAMES, DAYS);
  using greeter = endpoint(HERE);
  greetAll(greeter, identity); // without await: it runs until the socket is closed
  using line = new Line(diagram, greeter.addr);
  using socket = endpoint(HERE);

  const connection = await connect(socket, line.address, identity.cert, PATIENCE);
  await line.quiet();
  diagram.note("The client has checked the certificate, and both have the same keys.");
  diagram.note("The long ones are probes for the path MTU.");
  diagram.note(`The longest so far has ${line.longest} bytes.`);

  try {
    await loseDatagram(connection, line, diagram);
    await loseOnStream(connection, line, diagram);
  } catch (error) {
    throw new Error(`The connection ended early (${(error as Error).message}). Run it again.`);
  }

  connection.close({ closeCode: 0, reason: "done" });
  await line.quiet();
  diagram.note("The client's last datagram tells the server that the connection is over.");
}

async function loseDatagram(connection: Deno.QuicConn, line: Line, diagram: Diagram) {
  const next = reader(connection);
  await connection.sendDatagram(new TextEncoder().encode("Michael"));
  const reply = await next(PATIENCE);
  await line.quiet();
  if (reply) {
    const text = new TextDecoder().decode(reply);
    diagram.note(`The client sent "Michael" as a datagram, and received "${text}".`);
    diagram.note("The picture shows what everyone on the path sees: types and lengths.");
  }

  line.loseNext();
  await connection.sendDatagram(new TextEncoder().encode("Tracy"));
  const lost = !await next(300);
  await line.quiet();
  if (lost) diagram.note('That was "Tracy". A QUIC datagram is sent once, so there is no reply.');
}

async function loseOnStream(connection: Deno.QuicConn, line: Line, diagram: Diagram) {
  const replies: string[] = [];
  line.loseNext();
  const sarah = askByStream(connection, "Sarah").then((reply) => replies.push(reply));
  const anna = line.lost()
    .then(() => askByStream(connection, "Anna"))
    .then((reply) => replies.push(reply));
  await Promise.all([sarah, anna]);
  await line.quiet();
  diagram.note(`"Sarah" was lost on one stream. Then "Anna" went on another.`);
  diagram.note(`The replies came in this order: ${replies.join(" ")}`);
  if (replies[0]!.includes("Anna")) {
    diagram.note("QUIC sent Sarah again, and Anna did not wait for her. In TCP she would.");
  }
}

/**
 * A line between a client and a server of QUIC. The diagram cannot watch their sockets, so there
 * are two relays of lesson 8 on the line, one beside each of them. It watches the datagrams
 * between the two.
 */
class Line implements Disposable {
  longest = 0;
  readonly #diagram: Diagram;
  readonly #near = bind();
  readonly #far = bind();
  readonly #client: Socket;
  readonly #server: Socket;
  #latest = performance.now();
  #losing = Promise.withResolvers<void>();
  #loses = false;

  constructor(diagram: Diagram, server: Address) {
    this.#diagram = diagram;
    this.#client = diagram.watch("client", bind());
    this.#server = diagram.watch("server", bind());
    passOn(this.#near, this.#server.address, this.#carry, () => this.#client);
    passOn(this.#server, server, (_data, send) => send(), () => this.#far);
  }

  /** Where the client sends to. */
  get address(): Address {
    return this.#near.address;
  }

  readonly #carry = (data: Uint8Array, send: () => void) => {
    this.#latest = performance.now();
    this.longest = Math.max(this.longest, data.length);
    if (!this.#loses) return send();

    this.#loses = false;
    this.#diagram.lost(data, this.#client.address, this.#server.address);
    this.#losing.resolve();
  };

  /** Loses the next datagram. */
  loseNext(): void {
    this.#loses = true;
    this.#losing = Promise.withResolvers();
  }

  /** Waits until it is lost. */
  lost(): Promise<void> {
    return this.#losing.promise;
  }

  /** Waits until nothing has been on the line for 100 ms. */
  async quiet(): Promise<void> {
    this.#latest = performance.now();
    while (performance.now() - this.#latest < 100) {
      await sleep(20);
    }
  }

  [Symbol.dispose](): void {
    for (const socket of [this.#near, this.#client, this.#server, this.#far]) socket.close();
  }
}

/** Writes the server's certificate to its file, and prints its hash for a browser. */
async function publish(cert: string, print: (line: string) => void): Promise<void> {
  await Deno.mkdir("files", { recursive: true });
  await Deno.writeTextFile(FILE, cert);
  print(`The certificate is in ${FILE}. Its hash is ${await fingerprint(cert)}`);
}

/** Throws the error again, with advice if another program has the port. */
function sayTaken(error: unknown): never {
  if (!(error instanceof Deno.errors.AddrInUse)) throw error;
  throw new Error(
    "This port is taken. Stop the program that has it, or choose another with --port.",
  );
}

/** Returns the certificate of the server that was started last. */
async function published(): Promise<string> {
  try {
    return new TextDecoder().decode(await Deno.readFile(FILE));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`There is no ${FILE} yet. Start the server first: it writes the file.`);
  }
}

/** What the workbook has to know of lesson 20. */
export const lesson: Lesson = {
  part: 4,
  title: "QUIC",
  about: "QUIC: encrypted, with datagrams and with streams.",
  port: 4433,
  play,
  label: (data) => `${packetTypes(data).join(" + ")}, ${data.length} bytes`,
  roles: {
    server: {
      about: "greet everyone who connects",
      listens: true,
      answers: true,
      quic: true,
      run: async ({ local, console }) => {
        const identity = await selfSigned(NAMES, DAYS);
        await publish(identity.cert, console.log);
        await server(local, identity, console.log).catch(sayTaken);
      },
    },
    client: {
      about: "send three names, print the replies",
      quic: true,
      options: { timeout: { value: "SECONDS", about: "how long to wait", default: "5" } },
      run: async ({ remote, options, console }) => {
        const cert = await published();
        await client(remote, cert, options.seconds("timeout") / 1000, console.log);
      },
    },
  },
  tryNext: ["deno task lesson20 server", "deno task lesson20 client"],
};

/** Runs it in this terminal. */
export const main = (): Promise<never> => run(lesson);
