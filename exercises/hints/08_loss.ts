/** From a push in the right direction to nearly there: `deno task exercise 8 --hint`, again and again. */
export const HINTS: Record<string, string[]> = {
  judge: [
    "Go through the numbers once. What do you have to remember of those that came before?",
    "A Set of the numbers that came, and the highest one. A number that is in the Set is doubled; one " +
    "that is not, and is lower than the highest, was overtaken.",
    "Do not look for each one that is missing: with a highest number of 100,000,000 that takes seconds. " +
    "If 5 different ones came, and the highest is 7, how many are missing?",
  ],
  bursts: [
    "The function that you return has to remember something from one call to the next: a variable " +
    "outside of it, but inside of bursts, does.",
    "let bad = false; and in the function, first throw the dice: is random() smaller than the chance? " +
    "Which chance that is depends on the state.",
    "if (random() < (bad ? end : begin)) the state turns. Then return [] if it is bad now, else [0].",
  ],
};
