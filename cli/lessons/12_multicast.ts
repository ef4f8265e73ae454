/**
 * How lesson 12 runs: its play, its roles, and their options.
 *
 * @module
 */
import { receiveWithin } from "../../lessons/02_receive.ts";
import { bindGroup, listen, say, sayOne } from "../../lessons/12_multicast.ts";
import { type Address, bind, type Socket } from "../../lib/udp.ts";
import type { Diagram, Lesson } from "../lesson.ts";
import { run } from "../run.ts";

/** The network interface with this address is loopback. */
const ON = { interface: "127.0.0.1" };

/**
 * Plays two groups: which socket receives what, before it joins, after it, and after it has left.
 */
export async function play(diagram: Diagram): Promise<void> {
  using open = bind({ hostname: "0.0.0.0", reuseAddress: true });
  using sender = bind();
  const { port } = open.address;
  const redGroup = ownGroup(port, port);
  const blueGroup = ownGroup(sender.address.port, port);

  using red = diagram.watch("red", bindGroup(redGroup));
  diagram.watch("sender", sender);
  using blue = diagram.watch("blue", bindGroup(blueGroup));
  diagram.watch("open", open);
  using fifth = bind({ port, reuseAddress: true }); // bound to 127.0.0.1, and not drawn
  const sockets = { sender, red, blue, open, fifth };

  await nobodyHasJoined(diagram, sockets, redGroup);

  await using redJoined = await red.join(redGroup.hostname, ON);
  await using fifthJoined = await fifth.join(redGroup.hostname, ON);
  await blue.join(blueGroup.hostname, ON);
  diagram.note("Red and blue join, each its own group. The sender does not join.");
  await groupsReceive(diagram, sockets, redGroup, blueGroup);

  await redJoined.leave();
  await redHasLeft(diagram, sockets, redGroup);
  await fifthJoined.leave();
  await allHaveLeft(diagram, sockets, redGroup);
}

/** The sockets of the play. */
type Sockets = Record<"sender" | "red" | "blue" | "open" | "fifth", Socket>;

/** Sends to a group that no socket has joined yet. */
async function nobodyHasJoined(diagram: Diagram, sockets: Sockets, group: Address): Promise<void> {
  await sockets.sender.send("Anyone?", group);
  const early = await receiveWithin(sockets.red, 100);
  if (!early) diagram.unheard("No socket received it: red has not joined its group yet.");
}

/** Sends to each group, and waits for those who receive it. */
async function groupsReceive(
  diagram: Diagram,
  sockets: Sockets,
  redGroup: Address,
  blueGroup: Address,
): Promise<void> {
  const { sender, red, blue, open, fifth } = sockets;
  await sender.send("Hi, red", redGroup);
  await receives(red, "Hi, red");
  await receives(open, "Hi, red");

  await sender.send("Hi, blue", blueGroup);
  await receives(blue, "Hi, blue");
  const both = await receives(open, "Hi, blue");
  if (both) diagram.note("Open is bound to 0.0.0.0: it receives what others here have joined.");

  const deaf = await receiveWithin(fifth, 10);
  if (!deaf) {
    diagram.note("A fifth socket at 127.0.0.1 has joined red's group, and receives nothing.");
  }
}

/** Sends to red's group after red has left it. Only the fifth socket is still a member. */
async function redHasLeft(diagram: Diagram, sockets: Sockets, group: Address): Promise<void> {
  await sockets.sender.send("Bye?", group);
  const still = await receives(sockets.red, "Bye?");
  await receives(sockets.open, "Bye?");
  if (still) {
    diagram.note("Red has left and still receives: the fifth keeps the machine in the group.");
  }
}

/** Sends to red's group after every member has left it. */
async function allHaveLeft(diagram: Diagram, sockets: Sockets, group: Address): Promise<void> {
  await sockets.sender.send("Bye!", group);
  const late = await receiveWithin(sockets.red, 100);
  if (!late) diagram.unheard("No socket received it: the last one has left the group.");
}

/**
 * Returns a group that no other program here uses: its last two numbers are those of our own port.
 */
function ownGroup(ownPort: number, port: number): Address {
  return { hostname: `239.255.${ownPort >> 8}.${ownPort & 255}`, port };
}

/**
 * Returns whether the socket receives this text. On Windows it may receive the other group before.
 */
async function receives(socket: Socket, text: string): Promise<boolean> {
  while (true) {
    const datagram = await receiveWithin(socket, 1000);
    if (!datagram) return false;
    if (new TextDecoder().decode(datagram.data) === text) return true;
  }
}

const INTERFACE = {
  value: "ADDRESS",
  about: "this machine's address on that network",
  default: "127.0.0.1",
  own: true,
};

/** What the workbook has to know of lesson 12. */
export const lesson: Lesson = {
  part: 2,
  title: "multicast",
  about: "One datagram reaches everyone who joined a group.",
  host: "239.255.77.77",
  port: 45454,
  play,
  roles: {
    listen: {
      about: "join the group, print who sent what",
      listens: true,
      group: true,
      options: { interface: INTERFACE },
      run: ({ local, options, console }) => {
        const on = options.text("interface");
        const isNumber = /^\d+$/.test(on); // as for an IPv6 group
        return listen(local, isNumber ? Number(on) : on, console.log);
      },
    },
    say: {
      about: "send each line that you type",
      group: true,
      options: {
        message: { value: "TEXT", about: "send only this, and end" },
        interface: INTERFACE,
      },
      run: ({ local, remote, options, lines, console }) => {
        const from = local.hostname;
        if (options.has("message")) {
          return sayOne(options.text("message"), remote, from, console.log);
        }
        const typed = lines("Message (empty to end): ");
        return say(typed, remote, from, typed.print);
      },
    },
  },
  tryNext: ["deno task lesson12 listen", "deno task lesson12 say"],
};

/** Runs it in this terminal. */
export const main = (): Promise<never> => run(lesson);
