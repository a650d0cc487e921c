import { type AbsentFile, DeliveryError, type EventFile } from "../contracts.ts";
import type { Said } from "./said.ts";

/** The file as it is spoken of where it does not go along. */
export function leftOut({ mediaId, name }: EventFile, why: string): AbsentFile {
  return { mediaId, name, absent: why };
}

/** The same without files, which the vendor could not take. */
export function withoutFiles(said: Said, why: string): Said {
  const files = said.files.map((file) => ("absent" in file ? file : leftOut(file, why)));
  return { ...said, files };
}

/** Once more without what can be spared, where it is refused: what was said arrives in any case. */
export async function withOrWithout<Words, T>(
  words: Words,
  { has, without }: { readonly has: boolean; readonly without: () => Promise<Words> },
  work: (words: Words) => Promise<T>,
): Promise<T> {
  try {
    return await work(words);
  } catch (error) {
    const refused = error instanceof DeliveryError && error.verdict === "refused";
    if (!refused || !has) throw error;
    return work(await without());
  }
}
