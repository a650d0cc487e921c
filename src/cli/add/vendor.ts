import { DeliveryError, type Destination, type Requirement } from "../../contracts.ts";
import { escapeControls, print } from "../common/terminal.ts";
import type { Questions } from "./questions.ts";

const checkMs = 15_000;

/** `told`: what was said already, in this run, and is not said again. */
export async function check(destination: Destination, told: Set<string>): Promise<boolean> {
  const found = await destination.check(AbortSignal.timeout(checkMs));
  for (const { name, ok, detail } of found) {
    const line = `${ok ? "✓" : "✗"} ${name}: ${escapeControls(detail)}`;
    if (!told.has(line)) print(line);
    told.add(line);
  }
  return found.every(({ ok }) => ok);
}

/** What the vendor must have and has not: shown, and made where it can be and somebody wants it. How many were made; undefined: one is missing. */
export async function provide(
  destination: Destination,
  questions: Questions,
  told: ReadonlySet<string>,
): Promise<number | undefined> {
  const wasTold = (words: string) => [...told].some((line) => line.endsWith(words));
  try {
    const wanted = (await destination.requirements?.(AbortSignal.timeout(checkMs))) ?? [];
    const missing = wanted.filter(({ there }) => !there);
    for (const each of missing) {
      if (!(await provideOne(each, questions, wasTold))) return undefined;
    }
    return missing.length;
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    if (!wasTold(error.message)) print(`✗ ${error.message}`);
    return undefined;
  }
}

async function provideOne(
  { what, create, remedy }: Requirement,
  questions: Questions,
  wasTold: (words: string) => boolean,
): Promise<boolean> {
  if (remedy === undefined || !wasTold(remedy)) {
    print(`✗ ${what} is missing${remedy === undefined ? "" : `: ${remedy}`}`);
  }
  if (create === undefined || !(await questions.confirm(`Create ${what}?`))) return false;
  await create(AbortSignal.timeout(checkMs));
  print(`✓ ${what} was created`);
  return true;
}
