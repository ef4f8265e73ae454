/**
 * Lesson 13's server, as the real command, beside dnsmasq: how many questions a second each of them answers
 * to Debian's dnsperf, which keeps 100 at a time under way. In turns, so that a busy moment of the machine
 * does not hit one of them alone.
 *
 * @module
 */
import { serve } from "../../../lessons/04_echo.ts";
import { answerName, resolve } from "../../../lessons/13_dns.ts";
import { bind } from "../../../lib/udp.ts";
import { installed, start } from "../../peers.ts";
import { freePort, Program } from "../../program.ts";

export const title = "DNS: questions a second (dnsperf), and as a share of dnsmasq's";

const SECONDS = 2;
const TURNS = 5;

export async function measure(): Promise<string[]> {
  for (const program of ["dnsmasq", "dnsperf"]) {
    if (!installed(program)) return [`${program} is not installed: see .ci/install`];
  }
  const questions = await Deno.makeTempFile();
  await Deno.writeTextFile(
    questions,
    "workbook.test A\nworkbook.test AAAA\nthree.workbook.test A\n",
  );
  const dnsmasqPort = freePort();
  await using dnsmasq = start(
    "dnsmasq",
    ...["--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--bind-interfaces"],
    ...[
      "--listen-address=127.0.0.1",
      `--port=${dnsmasqPort}`,
      "--host-record=workbook.test,192.0.2.7",
    ],
    "--host-record=workbook.test,2001:db8::7",
    ...[1, 2, 3].map((i) => `--host-record=three.workbook.test,198.51.100.${i}`),
  );
  const oursPort = freePort();
  const task = 'exec "$0" task -q lesson13 server --port "$1" >/dev/null'; // it says who asks, each time
  await using ours = new Program("sh", ["-c", task, Deno.execPath(), `${oursPort}`]);
  for (const port of [dnsmasqPort, oursPort]) {
    await resolve({ name: "workbook.test", type: "A" }, { hostname: "127.0.0.1", port }, 1000);
  }
  // Where the rest goes: the same without a line of log for each question, and the socket alone, with
  // nothing to understand and nothing to write, which sends the question back marked as an answer.
  const silent = bind();
  const echo = bind();
  const serving = [
    serve(silent, (data) => answerName(data)),
    serve(echo, (data) => data.fill(data[2]! | 0x80, 2, 3)),
  ];
  try {
    const servers = [
      { name: "dnsmasq", port: dnsmasqPort, rates: [] as number[] },
      { name: "lesson 13", port: oursPort, rates: [] as number[] },
      { name: "the same without its log", port: silent.address.port, rates: [] as number[] },
      { name: "the socket alone, an echo", port: echo.address.port, rates: [] as number[] },
    ];
    for (let turn = 0; turn < TURNS; turn++) {
      for (const { port, rates } of servers) rates.push(await perSecond(port, questions));
    }
    const median = (rates: number[]) => rates.toSorted((a, b) => a - b)[rates.length >> 1]!;
    const first = median(servers[0]!.rates);
    return servers.map(({ name, rates }) =>
      `${name.padEnd(25)} ${Math.round(median(rates)).toLocaleString("en").padStart(8)}   ${
        (median(rates) / first).toFixed(2)
      }`
    );
  } finally {
    silent.close();
    echo.close();
    await Promise.all(serving);
    await Deno.remove(questions);
    for (const program of [dnsmasq, ours]) program.signal("SIGTERM");
  }
}

async function perSecond(port: number, questions: string): Promise<number> {
  const args = ["-s", "127.0.0.1", "-p", `${port}`, "-d", questions, "-l", `${SECONDS}`];
  const { stdout } = await new Deno.Command("dnsperf", { args }).output();
  const text = new TextDecoder().decode(stdout);
  const [, lost] = text.match(/Queries lost: +\d+ \((.*)%\)/) ?? [];
  const [, rate] = text.match(/Queries per second: +([\d.]+)/) ?? [];
  if (rate === undefined || Number(lost) > 1) throw new Error(`dnsperf says:\n${text}`);
  return Number(rate);
}
