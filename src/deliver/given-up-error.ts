/** An operator gave the row up: nothing more is written of it. */
export class GivenUpError extends Error {
  override readonly name = "GivenUpError";
}
