/**
 * How much passes lesson 8's relay: `deno task bench:relay`. The relay is the real program. Its clients and
 * an echo server are in this process: together they send 30,000 datagrams of 64 bytes a second, and what
 * comes back has passed the relay in both directions.
 *
 * Where the machine is busy, or has one core only, they are in the relay's way. So there is also the time
 * that the relay itself computed for a datagram, which tells how many a core of its own would pass.
 *
 * @module
 */
import config from "../../deno.json" with { type: "json" };

const RATE = 30_000;
const SECONDS = 4;
/** What is sent at once, after a pause: less than a receive buffer holds. */
const BURST = 100;

const ROWS: [name: string, clients: number, ...weather: string[]][] = [
  ["1 client", 1],
  ["100 clients", 100],
  ["1,000 clients", 1000],
  ["100 clients, 20 ms", 100, "--delay", "20"],
  ["100 clients, 20 to 40 ms", 100, "--delay", "20", "--jitter", "20"],
];

const whole = (value: number) => Math.round(value).toLocaleString("en");
const pause = (time: number) => new Promise((resolve) => setTimeout(resolve, time));
const open = () => Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });

const columns = (cells: string[]) =>
  console.log(cells.map((cell, i) => i === 0 ? cell.padEnd(25) : cell.padStart(13)).join(""));
columns(["datagrams a second", "sent", "came back", "CPU for one", "a core", "memory"]);
for (const [name, clients, ...weather] of ROWS) {
  const { sent, back, time, memory } = await measure(clients, weather);
  const core = whole(1e6 / time / 2); // each way, since each that comes back passed twice
  columns([name, whole(sent), whole(back), `${time.toFixed(1)} µs`, core, `${memory} MB`]);
}

async function measure(clients: number, weather: string[]) {
  const server = open();
  const relay = await startRelay((server.addr as Deno.NetAddr).port, weather);
  const sockets = Array.from({ length: clients }, open);
  let sent = 0, back = 0;
  const reading = [
    read(server, (data, from) => server.send(data, from)),
    ...sockets.map((socket) => read(socket, () => back++)),
  ];
  const data = new Uint8Array(64);
  const to = { transport: "udp" as const, hostname: "127.0.0.1", port: relay.port };
  const send = async (seconds: number) => {
    const start = performance.now();
    for (let now = start, due = 0; now < start + 1000 * seconds; now = performance.now()) {
      // One that is late does not catch up with all of it: what it would drop tests nothing.
      due = Math.min(BURST, due + (now - last) * RATE / 1000);
      last = now;
      for (; due >= 1; due--) await sockets[sent++ % clients]!.send(data, to);
      await pause(1);
    }
  };
  let last = performance.now();
  await send(1); // by then all clients are known, and the code is compiled
  const before = { sent, back, ...relay.usage() };
  const start = performance.now();
  await send(SECONDS);
  const seconds = (performance.now() - start) / 1000;
  const after = { sent, back, ...relay.usage() };
  for (const socket of [server, ...sockets]) socket.close();
  await Promise.all(reading);
  await relay.end();
  const passed = after.back - before.back;
  return {
    sent: (after.sent - before.sent) / seconds,
    back: passed / seconds,
    time: (after.computed - before.computed) * 1e6 / (2 * passed),
    memory: after.memory,
  };
}

/** Hears what comes, until the socket is closed. */
async function read(
  socket: Deno.DatagramConn,
  heard: (data: Uint8Array, from: Deno.Addr) => unknown,
): Promise<void> {
  const buffer = new Uint8Array(2048);
  try {
    while (true) await heard(...await socket.receive(buffer));
  } catch {
    // It was closed.
  }
}

/** Starts the relay as its task does, but without `deno task` around it: so its own process is measured. */
async function startRelay(to: number, weather: string[]) {
  const command = config.tasks.lesson8.command.split(" ").slice(1);
  const options = ["--port", "0", "--to", `127.0.0.1:${to}`, ...weather];
  const child = new Deno.Command(Deno.execPath(), {
    args: [...command, "relay", ...options],
    cwd: new URL("../..", import.meta.url),
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const [, port] = (await reader.read()).value!.match(/(\d+)\.\.\./)!;
  return {
    port: Number(port),
    /** The seconds that it has computed, and the most memory that it held, in MB (Linux). */
    usage() {
      // Deno reads nothing in /proc without --allow-all, so another program does.
      const files = [`/proc/${child.pid}/stat`, `/proc/${child.pid}/status`];
      const { stdout } = new Deno.Command("cat", { args: files }).outputSync();
      const text = new TextDecoder().decode(stdout);
      const fields = text.slice(text.indexOf(") ") + 2).split(" "); // after the name, from field 3 on
      const memory = Math.round(Number(text.match(/VmHWM:\s+(\d+)/)?.[1]) / 1000);
      return { computed: (Number(fields[11]) + Number(fields[12])) / 100, memory };
    },
    async end() {
      child.kill("SIGTERM");
      while (!(await reader.read()).done);
      await child.status;
    },
  };
}
