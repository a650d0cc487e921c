import { DeliveryError } from "../../contracts.ts";

/** By where it stands: a text, and how many characters Meta takes of it. Throws DeliveryError (`refused`). */
export function checkLengths(
  texts: Readonly<Record<string, readonly [text: string | undefined, most: number]>>,
): void {
  for (const [where, [text = "", most]] of Object.entries(texts)) {
    const count = [...text].length;
    if (count <= most) continue;
    const words = `it cannot be sent: ${where} has ${count} characters, and Meta takes ${most}`;
    throw new DeliveryError("refused", words);
  }
}
