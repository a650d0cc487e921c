import type { DestinationCheck, KindDefaults, Verdict } from "../../contracts.ts";

/** A tool that takes flat JSON at an address of its own. */
export interface Preset {
  /** What an answer other than 2xx means there, where it means something else than elsewhere. */
  judge(status: number, text: string): PresetVerdict | undefined;
  /** It can answer a bot's `{ reply, set, emit }`. */
  readonly answers: boolean;
  /** Of its address, without asking anybody. */
  check?(url: URL): DestinationCheck;
}

interface PresetVerdict {
  readonly verdict: Verdict;
  /** In our words. */
  readonly words: string;
}

export type PresetName = "zapier" | "make" | "n8n";

/** What its limits ask for. Zapier: 30 requests a second, 10,000 in 5 minutes for all Zaps of an account. Make: 300 in 10 seconds. n8n: what its machine bears. */
export const presetDefaults: Readonly<Record<PresetName, KindDefaults>> = {
  zapier: { rate: "10/s", concurrency: 8, timeout: "15s" },
  make: { rate: "20/s", concurrency: 8, timeout: "30s" },
  n8n: { rate: "10/s", concurrency: 4, timeout: "30s" },
};

const gone = (words: string) => (status: number) =>
  status === 404 || status === 410 ? ({ verdict: "config", words } as const) : undefined;
const noZap = gone(
  "no Zap listens there: it is off or deleted. Switch it on, or copy the address of its trigger again",
);
const noScenario = gone(
  "no scenario listens there: switch it on, or copy the webhook's address again",
);
const noWorkflow = gone(
  "no active workflow listens there: activate it, and use the webhook's production address",
);

export const presets: Readonly<Record<PresetName, Preset>> = {
  zapier: { answers: false, judge: noZap },
  make: {
    answers: true,
    judge(status, text) {
      if (status === 400 && /queue is full/i.test(text)) {
        return { verdict: "outage", words: "the webhook's queue at Make is full" };
      }
      return noScenario(status);
    },
  },
  n8n: {
    answers: true,
    judge(status) {
      if (status === 413) {
        return {
          verdict: "refused",
          words: "n8n takes no body of this size (N8N_PAYLOAD_SIZE_MAX)",
        };
      }
      return noWorkflow(status);
    },
    check: ({ pathname }) =>
      pathname.includes("/webhook-test/")
        ? {
            name: "address",
            ok: false,
            detail:
              "it is n8n's test address, which takes one call after a click: use the production address",
          }
        : { name: "address", ok: true, detail: "it is no test address" },
  },
};

/** The address is the secret: whole, and each part of it that may be one. */
export function secretsIn(url: URL): readonly string[] {
  const { href, pathname, search, searchParams } = url;
  const parts = [...pathname.split("/"), ...searchParams.values()];
  return [href, `${pathname}${search}`, pathname, ...parts].filter((part) => part.length >= 6);
}
