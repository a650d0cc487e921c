import { type DestinationCheck, deliveryError, type Requirement } from "../contracts.ts";

type Found = Omit<DestinationCheck, "name">;

/** A line of `doctor`: what was found, or why it could not be looked at. A text alone is good news. */
export async function tried(
  name: string,
  look: () => Promise<Found | string>,
): Promise<DestinationCheck> {
  try {
    const found = await look();
    return { name, ...(typeof found === "string" ? { ok: true, detail: found } : found) };
  } catch (error) {
    return { name, ok: false, detail: deliveryError(error).message };
  }
}

/** What the vendor must have, as lines of `doctor`; one line, of this name, where it cannot be looked at. */
export async function triedRequirements(
  name: string,
  look: () => Promise<readonly Requirement[]>,
): Promise<DestinationCheck[]> {
  try {
    return (await look()).map(({ what, there, remedy = "it is missing" }) => ({
      ...{ name: what, ok: there },
      detail: there ? "it is there" : remedy,
    }));
  } catch (error) {
    return [{ name, ok: false, detail: deliveryError(error).message }];
  }
}
