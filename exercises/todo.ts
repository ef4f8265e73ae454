/** What stands where you have not written anything yet. */
export function todo(): never {
  throw new NotStarted("There is nothing here yet.");
}

class NotStarted extends Error {
  override name = "NotStarted";
}
