import type { DoctorFinding, SetUp, Store } from "../contracts.ts";
import type { SystemStatus } from "../ops/status/status.ts";
import type { Base } from "./base.ts";
import { createConfigurationShown } from "./configuration.ts";
import { bad, good } from "./doctor/check.ts";
import type { Plan } from "./plan.ts";
import type { Receiving } from "./receive.ts";

export interface SetUpParts {
  readonly env: NodeJS.ProcessEnv;
  readonly store: Store;
  readonly plan: () => Plan;
  readonly receiving: () => Receiving | undefined;
  readonly status: () => Promise<SystemStatus>;
}

/** The set-up as this process sees it. What it looks at things with is loaded when it is asked: few ask, and every start would pay. */
export function createSetUp({ config }: Pick<Base, "config">, parts: SetUpParts): SetUp {
  const { env, store, plan, receiving, status } = parts;
  const { installation } = store;
  return {
    async connection() {
      const { askConnection } = await import("./connection.ts");
      return askConnection(config, plan().routing.accounts);
    },
    async doctor() {
      const { examine } = await import("./doctor/examine.ts");
      const { checkStore } = await import("./doctor/check-carriers.ts");
      const [found, running] = await Promise.all([
        // An embedded store's file is this process's own.
        examine({
          env,
          checkStore: async (read) => {
            const checked = read.mongodbUrl === undefined ? "in use" : await checkStore(read);
            return checked === "in use" ? checkOwn(store) : checked;
          },
        }),
        status(),
      ]);
      const findings = [...found, ...running.problems.map(toFinding)];
      const ok = findings.every((each) => each.ok);
      findings.sort((a, b) => Number(a.ok) - Number(b.ok));
      return { at: new Date().toISOString(), ok, findings };
    },
    configuration: createConfigurationShown({ config }, { env, plan, installation }),
    async sendTest(asked) {
      const { sendTestMessage } = await import("./test-message.ts");
      const port = receiving()?.port;
      return sendTestMessage(asked, { config, query: store, plan: plan(), port });
    },
  };
}

async function checkOwn(store: Store): Promise<DoctorFinding[]> {
  const reason = await store.health();
  if (reason !== undefined) return [bad("store", "store_not_ready", reason)];
  const { events } = await store.stats();
  return [good("store", `the embedded store, ${events} events`)];
}

/** Warnings are told, and fine. */
function toFinding({ level, kind, what, remedy }: SystemStatus["problems"][number]): DoctorFinding {
  return level === "error" ? bad("status", kind, what, remedy) : good("status", `note: ${what}`);
}
