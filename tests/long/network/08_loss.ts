import { assert, assertEquals, assertMatch } from "@std/assert";
import { client, network } from "../hosts.ts";

network(
  "lesson 8: a relay on a host between two others, in fair weather",
  async ([one, two, three]) => {
    await using server = three.lesson(4, "server", "--host", "0.0.0.0");
    await server.prints(/Bind UDP on 9999/);
    const to = ["--to", `${three.address}:9999`];
    await using relay = two.lesson(8, "relay", "--host", "0.0.0.0", ...to);
    await relay.prints(/To 10\.9\.0\.3:9999, and back/);
    const port = ["--port", "8888"];
    const { code, stdout, stderr } = await one.lesson(4, ...client(two, 5), ...port).end();
    assertEquals(stderr, "");
    assertEquals(stdout, "Hello, Michael!\nHello, Tracy!\nHello, Sarah!\n");
    assertEquals(code, 0);
    await server.prints(/(Received from 10\.9\.0\.2:\d+\.\n){3}/); // it knows the relay, not the client
    relay.signal("SIGINT");
    assertMatch(
      (await relay.end()).stdout,
      /To the server: 3 datagrams came, 3 went: 0 dropped[^]*To the clients: 3 datagrams came, 3 went: 0 dropped/,
    );
  },
);

network(
  "lesson 8: in bad weather, what the ping misses is what the relay dropped",
  async ([one, two, three]) => {
    await using server = three.lesson(8, "server", "--host", "0.0.0.0");
    await server.prints(/Bind UDP on 8888/);
    const weather = ["--drop", "0.2", "--delay", "5", "--jitter", "20", "--seed", "8"];
    const to = ["--to", `${three.address}:8888`];
    await using relay = two.lesson(8, "relay", "--host", "0.0.0.0", ...to, ...weather);
    await relay.prints(/and back/);
    const many = ["--count", "200", "--interval", "0.005", "--timeout", "5"];
    const { stdout } = await one.lesson(8, "ping", "--host", two.address, ...many).end();
    relay.signal("SIGINT");
    const sums = (await relay.end()).stdout;
    const [there, back] = [...sums.matchAll(/went: (\d+) dropped/g)].map(([, dropped]) =>
      Number(dropped)
    );
    const [, lost] = stdout.match(/Pings: 200 sent, (\d+) lost, 0 doubled, 0 late\./)!;
    console.log(`200 sent: ${there} dropped on their way, ${back} answers dropped, ${lost} missed`);
    assert(there! > 0 && back! > 0, "The relay lost nothing: nothing was tested.");
    assertEquals(Number(lost), there! + back!);
  },
);
