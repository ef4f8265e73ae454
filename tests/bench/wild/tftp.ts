/**
 * Lesson 14's server and client, beside curl that fetches from in.tftpd: 34 MB in blocks of four sizes, so
 * many that their numbers wrap. In turns, so that a busy moment of the machine does not hit one of them
 * alone. `deno task bench:wild tftp.ts`
 *
 * @module
 */
import { downloadFile } from "../../../lib/tftp_transfer.ts";
import { bind } from "../../../lib/udp.ts";
import { here } from "../../helpers.ts";
import { installed, start } from "../../peers.ts";
import { freePort, Program } from "../../program.ts";

const TURNS = 4;

export const title =
  `TFTP: 34 MB in MB/s, ours from ours, and as a share of curl's from in.tftpd (best of ${TURNS})`;

const BYTES = 34_000_000;
const SIZES = [512, 1428, 8192, 65_464];

export async function measure(): Promise<string[]> {
  for (const program of ["curl", "in.tftpd"]) {
    if (!installed(program)) return [`${program} is not installed: see .ci/install`];
  }
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o755); // in.tftpd gives up its rights
  await Deno.writeFile(`${folder}/file`, crypto.getRandomValues(new Uint8Array(65_000)), {
    mode: 0o644,
  });
  await Deno.truncate(`${folder}/file`, BYTES);

  const theirPort = freePort();
  await using theirs = start(
    "in.tftpd",
    ...["-L", "--secure", "--address", `127.0.0.1:${theirPort}`, folder],
  );
  const allow = ["--unstable-net", "--allow-net=127.0.0.1", `--allow-read=${folder}`];
  const args = ["lessons/14_tftp.ts", "server", "--port", "0", "--folder", folder];
  await using ours = new Program(Deno.execPath(), ["run", ...allow, ...args]);
  const ourPort = Number((await ours.prints(/Bind UDP on (\d+)/))[1]);
  try {
    const lines: string[] = [];
    for (const size of SIZES) {
      const times = { ours: [] as number[], theirs: [] as number[], alone: [] as number[] };
      for (let turn = 0; turn < TURNS; turn++) {
        times.theirs.push(await curl(theirPort, size));
        times.ours.push(await get(ourPort, size));
        times.alone.push(await alone(size));
      }
      // What else the machine does makes both slower, in no even way: so the best of each.
      const rate = (times: number[]) => BYTES / 1e6 / Math.min(...times);
      const [our, their, most] = [rate(times.ours), rate(times.theirs), rate(times.alone)];
      const cells = [our, their, most].map((rate) => rate.toFixed(1).padStart(7)).join("  ");
      lines.push(`${`${size}`.padStart(6)} bytes ${cells}   ${(our / their).toFixed(2)}`);
    }
    return ["             ours     curl  sockets  ours/curl", ...lines];
  } finally {
    for (const program of [theirs, ours]) program.signal("SIGTERM");
    await Promise.all([theirs.end(), ours.end()]);
    await Deno.remove(folder, { recursive: true });
  }
}

/** Seconds until our client has the whole file. */
async function get(port: number, size: number): Promise<number> {
  using socket = bind();
  let bytes = 0;
  let end = NaN;
  const sink = {
    linger: 1,
    write: (part: Uint8Array) => {
      bytes += part.length;
      return Promise.resolve();
    },
    finish: () => {
      end = performance.now();
      return Promise.resolve();
    },
    [Symbol.dispose]() {},
  };
  const begin = performance.now();
  const options = { blksize: `${size}` };
  await downloadFile(socket, { server: here(port), name: "file", options }, sink);
  if (bytes !== BYTES) throw new Error(`${bytes} bytes came.`);
  return (end - begin) / 1000;
}

/** Seconds for the same datagrams between two such sockets, with no protocol and no file: what Deno can do. */
async function alone(size: number): Promise<number> {
  const code = `
    import { bind } from ${JSON.stringify(import.meta.resolve("../../../lib/udp.ts"))};
    const socket = bind();
    console.log(socket.address.port);
    const block = new Uint8Array(${size + 4});
    for await (const { from } of socket) socket.send(block, from);`;
  const server = new Program(Deno.execPath(), ["eval", "--unstable-net", code]);
  try {
    const to = here(Number((await server.prints(/^(\d+)$/m))[1]));
    using socket = bind();
    const ack = new Uint8Array(4);
    const begin = performance.now();
    for (let bytes = 0; bytes < BYTES; bytes += size) {
      socket.send(ack, to);
      await socket.receive();
    }
    return (performance.now() - begin) / 1000;
  } finally {
    server.signal("SIGTERM");
    await server.end();
  }
}

/** Seconds that curl says it took. */
async function curl(port: number, size: number): Promise<number> {
  const out = ["-sS", "-o", "/dev/null", "-w", "%{size_download} %{time_total}"];
  const from = ["--tftp-blksize", `${size}`, `tftp://127.0.0.1:${port}/file`];
  const { stdout } = await new Deno.Command("curl", { args: [...out, ...from] }).output();
  const [bytes, seconds] = new TextDecoder().decode(stdout).split(" ").map(Number);
  if (bytes !== BYTES) throw new Error(`curl received ${bytes} bytes.`);
  return seconds!;
}

if (import.meta.main) { for (const line of [title, ...await measure()]) console.log(line); }
