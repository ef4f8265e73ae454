/** Three hints for each exercise: `deno task exercise 8 --hint`, again and again. */
export const HINTS: Record<string, string[]> = {
  judge: [
    "Go through the numbers once. What must you remember of the numbers before?",
    "Remember a Set of the numbers that came, and the highest of them. A number in the Set is " +
    "doubled. A new number below the highest was overtaken.",
    "Do not look for each missing number: up to 100,000,000 that takes seconds. If 5 " +
    "different numbers came, and the highest is 7, how many are missing?",
  ],
  bursts: [
    "The function that you return must remember the state from one call to the next. So put a " +
    "variable outside of this function, but inside bursts.",
    "Start with let bad = false. In the function, first draw a number: is random() smaller than " +
    "the chance? The state says which chance this is, begin or end.",
    "if (random() < (bad ? end : begin)) the state changes. Then return [] if it is bad now, and " +
    "[0] if it is good.",
  ],
};
