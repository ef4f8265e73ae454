// A connected socket should hear its peer alone, and should be told that nobody is there.
import dgram from "node:dgram";

const [connected, peer, stranger] = [1, 2, 3].map(() => dgram.createSocket("udp4"));
const bound = (socket) => new Promise((resolve) => socket.bind(0, "127.0.0.1", resolve));
await Promise.all([connected, peer, stranger].map(bound));
const { port } = connected.address();
await new Promise((resolve) => connected.connect(peer.address().port, "127.0.0.1", resolve));

const heard = [];
connected.on("message", (data) => heard.push(`${data}`));
stranger.send("stranger", port, "127.0.0.1");
peer.send("peer", port, "127.0.0.1");
while (!heard.includes("peer")) await new Promise((resolve) => setTimeout(resolve, 10));
await new Promise((resolve) => setTimeout(resolve, 100));
console.log(`heard: ${heard.sort().join(", ")}`);

let error = "no error";
connected.on("error", ({ code }) => error = code);
await new Promise((resolve) => peer.close(resolve));
connected.send("Is anybody there?");
await new Promise((resolve) => setTimeout(resolve, 300));
console.log(`to a closed port: ${error}`);
process.exit();
