/** From a push in the right direction to nearly there: `deno task exercise 5 --hint`, again and again. */
export const HINTS: Record<string, string[]> = {
  listenWithNames: [
    "Two things to keep: the lines so far, and a name for each sender.",
    "A Map from formatAddress(from) to the name. A text that starts with `/nick ` fills it and is no " +
    "message.",
    "names.get(sender) ?? sender is who speaks. Put printable(...) around the name and around the text.",
  ],
  talkAndFollow: [
    "Two loops on one socket, as in lesson 5: one sends what is typed, the other receives. A variable " +
    "that both see says where to send.",
    "Start both without await, each as an async function, and then await Promise.all of the two. The one " +
    "that receives changes the variable if host and port are right.",
    "When the lines are out, the loop that receives has to end, too: make an AbortController, give its " +
    "signal to every receive, and call abort() in a `finally` after the other loop. Where receive throws " +
    "and signal.aborted is true, all is well.",
  ],
};
