import { assert, assertEquals, assertRejects } from "@std/assert";
import { Patient } from "../../lib/patient.ts";
import { bind } from "../../lib/udp.ts";
import { later, PATIENCE, text, within } from "../helpers.ts";

Deno.test("patient: brings what comes in time, and undefined at the timeout", async () => {
  using socket = bind();
  using sender = bind();
  using patient = Patient.of(socket);
  for (let turn = 0; turn < 3; turn++) {
    const start = performance.now();
    assertEquals(await patient.receive(40), undefined);
    const took = performance.now() - start;
    assert(took >= 39, `The timeout came after ${took} ms.`);
    await sender.send(`${turn}`, socket.address);
    assertEquals(text((await patient.receive(10_000))!.data), `${turn}`);
  }
});

Deno.test("patient: a short wait after a long one ends in its own time", async () => {
  using socket = bind();
  using sender = bind();
  using patient = Patient.of(socket);
  await sender.send("", socket.address);
  assert(await patient.receive(3_600_000));
  assertEquals(await within(PATIENCE, patient.receive(30)), undefined);
  assertEquals(await patient.receive(60), undefined);
});

Deno.test("patient: a long wait after a short one goes on when the time of the short one is over", async () => {
  using socket = bind();
  using sender = bind();
  using patient = Patient.of(socket);
  let first;
  while (!first) { // on a busy machine, it may come after 30 ms
    await sender.send("first", socket.address);
    first = await patient.receive(30);
  }
  const second = patient.receive(60_000);
  await later(40);
  await sender.send("second", socket.address);
  assert(await second);
});

Deno.test("patient: what comes after a timeout is for the next wait", async () => {
  using socket = bind();
  using sender = bind();
  using patient = Patient.of(socket);
  assertEquals(await patient.receive(5), undefined);
  await sender.send("late", socket.address);
  assertEquals(text((await patient.receive(10_000))!.data), "late");
});

Deno.test("patient: each socket has one, that can be used again", async () => {
  using socket = bind();
  using other = bind();
  using sender = bind();
  {
    using patient = Patient.of(socket);
    assertEquals(await patient.receive(5), undefined);
  }
  await sender.send("still mine", socket.address);
  using again = Patient.of(socket);
  assertEquals(text((await again.receive(10_000))!.data), "still mine");
  assertEquals(await again.receive(5), undefined);
  assert(Patient.of(other) !== again);
});

Deno.test("patient: rejects when the socket is closed, before and meanwhile", async () => {
  const socket = bind();
  using patient = Patient.of(socket);
  const waiting = patient.receive(10_000);
  socket.close();
  await assertRejects(() => waiting, Deno.errors.Interrupted);
  await assertRejects(() => patient.receive(10_000), Deno.errors.BadResource);
});
