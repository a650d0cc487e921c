import type { DeliveryContext, DeliveryError, WaypostEvent } from "../../contracts.ts";
import type { Clock } from "../../support/clock.ts";
import { type ApiRequest, createApi, type Session } from "../http/api.ts";
import { clientCredentials } from "../http/grants.ts";
import { sharedToken } from "../http/token-source.ts";
import type { Shared } from "../shared.ts";
import { createBudget } from "./budget.ts";
import type { ShopifyOptions } from "./options.ts";
import { type Answered, graphqlFailure, judge, type UserError, userFailure } from "./verdicts.ts";

/** A query with a name of its own: its cost is learnt under it. */
export interface Operation {
  readonly name: string;
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Which of the options a user error is about, by its path in the variables. */
  readonly refused?: (path: readonly string[]) => string | undefined;
  /** User errors that are no failure: the caller looks at what was not made. */
  readonly tolerates?: RegExp;
}

/** GraphQL of one delivery, or of a check. Answers with `data`. Throws DeliveryError. */
export interface Shop {
  look(operation: Operation): Promise<Readonly<Record<string, unknown>>>;
  /** undefined in shadow. `would` as `Session.write` has it. */
  write(
    would: string,
    operation: Operation,
  ): Promise<Readonly<Record<string, unknown>> | undefined>;
  readonly session: Pick<Session, "note" | "summary" | "notTaken">;
}

export interface ShopApi {
  of(event: WaypostEvent, context: Pick<DeliveryContext, "shadow">, signal: AbortSignal): Shop;
  plain(signal: AbortSignal): Shop;
  close(): Promise<void>;
}

/** Before Shopify has told what a query costs. */
const assumedCost = 20;

export function createShopApi(options: ShopifyOptions, clock: Clock, shared: Shared): ShopApi {
  const { baseUrl, clientId, clientSecret, apiVersion } = options;
  const url = new URL("/admin/oauth/access_token", baseUrl);
  const account = [baseUrl, clientId, clientSecret];
  const api = createApi({
    ...{ vendor: "Shopify", baseUrl, judge, secrets: [clientId, clientSecret] },
    credentials: {
      ...{ header: "x-shopify-access-token", prefix: "" },
      token: sharedToken({ shared, clock }, "shopify", account, (dispatcher) =>
        clientCredentials({ dispatcher, url, clientId, clientSecret }),
      ),
    },
  });
  const { budget, costs } = shared.of("shopify points", account, () => ({
    budget: createBudget(clock),
    costs: new Map<string, number>(),
  }));
  const path = `/admin/api/${apiVersion}/graphql.json`;
  const shopOf = (session: Session, signal: AbortSignal): Shop => {
    const ask = async (operation: Operation, send: (request: ApiRequest) => Promise<unknown>) => {
      const { name, text: query, variables } = operation;
      const cost = costs.get(name) ?? assumedCost;
      await budget.take(cost, signal);
      let answered: Answered | undefined;
      try {
        const request = { method: "POST", path, json: { query, variables } } as const;
        answered = (await send(request)) as Answered | undefined;
        return answered;
      } finally {
        const { requestedQueryCost, throttleStatus } = answered?.extensions?.cost ?? {};
        if (requestedQueryCost !== undefined) costs.set(name, requestedQueryCost);
        budget.settle(cost, throttleStatus);
      }
    };
    return {
      session,
      async look(operation) {
        const answered = await ask(operation, async (asked) => (await session.look(asked)).json);
        return dataOf(answered, false);
      },
      async write(would, operation) {
        const answered = await ask(operation, async (asked) => {
          const answer = await session.write(would, asked);
          // Of no JSON too something may have come.
          return answer && (answer.json ?? {});
        });
        return answered && withoutUserErrors(dataOf(answered, true), operation);
      },
    };
  };
  return {
    of: (event, context, signal) => shopOf(api.session(event, context, signal), signal),
    plain: (signal) => shopOf(api.plain(signal), signal),
    close: api.close,
  };
}

function dataOf(
  answered: Answered | undefined,
  writes: boolean,
): Readonly<Record<string, unknown>> {
  const { data, errors } = answered ?? {};
  const failed = errors !== undefined || typeof data !== "object" || data === null;
  if (failed) throw graphqlFailure(answered ?? {}, writes);
  return data as Readonly<Record<string, unknown>>;
}

/** Of the mutations in one request each is done or not by itself. Throws for the first that is not. */
function withoutUserErrors(
  data: Readonly<Record<string, unknown>>,
  { tolerates, refused }: Operation,
) {
  const payloads = Object.values(data);
  // Neither done nor refused: another's answer, or of a server that fell over in the middle.
  if (!payloads.some(Boolean) || payloads.includes(null)) throw graphqlFailure({}, true);
  const failures: DeliveryError[] = Object.entries(data).flatMap(([mutation, payload]) => {
    const { userErrors = [] } = payload as { readonly userErrors?: readonly UserError[] };
    const errors = userErrors.filter(({ message }) => !tolerates?.test(message));
    return errors.length === 0 ? [] : [userFailure(mutation, errors, refused)];
  });
  if (failures[0] !== undefined) throw failures[0];
  return data;
}
