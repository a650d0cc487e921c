import type { DeliveryContact, DeliveryContext, WaypostEvent } from "../../contracts.ts";
import type { Clock } from "../../support/clock.ts";
import type { Said } from "../said.ts";
import type { CaseStep, OpenCases } from "./case.ts";
import type { Part, SalesforceClient } from "./client.ts";
import type { SalesforceOptions } from "./options.ts";
import type { Person } from "./person.ts";

/** What one destination has, over all its deliveries. */
export interface Parts {
  readonly options: SalesforceOptions;
  readonly client: SalesforceClient;
  readonly clock: Pick<Clock, "monotonic">;
  readonly openCases: OpenCases;
}

/** What one event says, and about whom. */
export interface Entry {
  readonly event: WaypostEvent;
  readonly context: DeliveryContext;
  readonly said: Said;
  /** Of the event, as an external id. */
  readonly key: string;
  /** It is of a type that opens Cases. */
  readonly opens: boolean;
  readonly contact: DeliveryContact | undefined;
}

/** All parts of an entry, in the order in which they name each other. */
export interface Plan {
  readonly person: Person | undefined;
  readonly step: CaseStep;
  readonly parts: readonly Part[];
  readonly would: string;
}
