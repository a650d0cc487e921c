import { DeliveryError } from "../contracts.ts";

/** Whether a change was taken. What a vendor refuses of a person's record is left out: what was said arrives in any case. */
export async function unlessRefused(change: Promise<unknown>): Promise<boolean> {
  try {
    await change;
    return true;
  } catch (error) {
    if (error instanceof DeliveryError && error.verdict === "refused") return false;
    throw error;
  }
}
