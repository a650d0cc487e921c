import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DestinationRow, RunningProcess } from "../../../src/contracts.ts";
import { findIncidents } from "../../../src/jobs/alerts/incidents.ts";
import {
  type DestinationState,
  destinationStates,
} from "../../../src/ops/status/destination-state.ts";
import { findProblems } from "../../../src/ops/status/status-problems.ts";
import { collectStatus, type StatusSources } from "../../../src/ops/status/system-status.ts";
import { createMetrics } from "../../../src/support/metrics.ts";

const now = new Date("2026-11-20T12:00:00Z");
const stats = {
  kind: "embedded" as const,
  events: 10,
  messages: 5,
  conversations: 2,
  quarantine: 0,
  last24h: {},
  lastEventAt: {},
};
const well: Parameters<typeof findProblems>[0] = {
  version: "0.0.0",
  roles: ["start"],
  startedAt: now.toISOString(),
  configuration: { file: "/etc/waypost/waypost.yaml", found: true },
  bus: {
    kind: "rabbitmq",
    ready: true,
    queues: [{ name: "waypost.store", ready: 3, consumers: 1, dead: 0 }],
  },
  store: { ready: true, stats },
  receiver: { spool: { posts: 0, bytes: 0 }, unauthorized: 0 },
  destinations: [],
  processes: [],
  accounts: [{ id: "700700700700700", lastEventAt: "2026-11-20T11:59:00Z" }],
};
const told = (changes: Partial<typeof well>) =>
  findProblems({ ...well, ...changes }, now).map(({ level, what }) => `${level}: ${what}`);
const queue = (changes: object) => ({
  bus: {
    ...well.bus,
    queues: [{ name: "waypost.store", ready: 0, consumers: 1, dead: 0, ...changes }],
  },
});

const since = "2026-11-20T11:30:00Z";
const destination = (changes: Partial<DestinationState>) => ({
  destinations: [
    {
      name: "erp",
      kind: "webhook",
      state: "delivering" as const,
      says: "delivering",
      breaker: "closed" as const,
      open: 2,
      scheduled: 0,
      dead: 0,
      repeats: 0,
      ...changes,
    },
  ],
});
const process = (id: string, changes: Partial<RunningProcess> = {}): RunningProcess => ({
  id,
  role: "start",
  host: id,
  pid: 1,
  version: "0.1.0",
  configHash: "aaaa",
  startedAt: since,
  seenAt: since,
  ...changes,
});

describe("the status", () => {
  it("has no problem when all is well", () => {
    assert.deepEqual(told({}), []);
  });

  it("has none without a file where there never was a destination", () => {
    const configuration = { ...well.configuration, found: false };
    assert.deepEqual(told({ configuration }), []);
  });

  it("says how what is dead in a queue goes", () => {
    const [problem] = findProblems({ ...well, ...queue({ dead: 1 }) }, now);
    assert.match(problem?.remedy ?? "", /`waypost topology drop-dead waypost\.store` deletes them/);
  });

  const cases: [what: string, changes: Partial<typeof well>, told: string[]][] = [
    [
      "a bus that is away",
      { bus: { ...well.bus, ready: false, reason: "connecting to RabbitMQ" } },
      ["error: The bus is not ready: connecting to RabbitMQ."],
    ],
    [
      "a store that is away",
      { store: { ready: false, reason: "MongoDB is not reachable." } },
      ["error: The store is not ready: MongoDB is not reachable."],
    ],
    [
      "a queue that nobody consumes",
      queue({ consumers: 0, ready: 7 }),
      ["error: Nobody consumes waypost.store; 7 wait."],
    ],
    [
      "a queue that nobody consumes, with one",
      queue({ consumers: 0, ready: 1 }),
      ["error: Nobody consumes waypost.store; 1 waits."],
    ],
    ["a long queue", queue({ ready: 10_001 }), ["warning: 10001 wait in waypost.store."]],
    [
      "undecodable messages",
      queue({ dead: 2 }),
      ["error: 2 in waypost.dead.waypost.store are no events."],
    ],
    [
      "a dead message of a shard",
      queue({ name: "waypost.store.0-of-4", dead: 2 }),
      ["error: 2 in waypost.dead.waypost.store are no events."],
    ],
    [
      "a spool that does not drain",
      {
        receiver: {
          unauthorized: 0,
          spool: { posts: 4, bytes: 9, oldestAt: "2026-11-20T11:55:00Z" },
        },
      },
      ["error: 4 POSTs wait in the spool, the oldest for 5 min."],
    ],
    [
      "a spool of one POST",
      {
        receiver: {
          unauthorized: 0,
          spool: { posts: 1, bytes: 9, oldestAt: "2026-11-20T11:55:00Z" },
        },
      },
      ["error: 1 POST waits in the spool, the oldest for 5 min."],
    ],
    [
      "a single 401 since the last webhook",
      { receiver: { unauthorized: 1, lastUnauthorizedAt: "2026-11-20T11:59:30Z" } },
      ["warning: 1 POST was answered 401, and nothing was taken since the last of them."],
    ],
    [
      "401s since the last webhook",
      { receiver: { unauthorized: 9, lastUnauthorizedAt: "2026-11-20T11:59:30Z" } },
      ["warning: 9 POSTs were answered 401, and nothing was taken since the last of them."],
    ],
    ["a destination that delivers", destination({ oldestOpenAt: "2026-11-20T11:59:00Z" }), []],
    [
      "one that paused itself",
      destination({
        state: "paused",
        says: "paused itself: no token",
        pause: { by: "config", reason: "no token", at: since },
      }),
      ["error: erp paused itself: no token; deliveries that wait: 2."],
    ],
    [
      "one that an operator paused",
      destination({
        state: "paused",
        says: "paused by an operator: they move",
        pause: { by: "operator", reason: "they move", at: since },
      }),
      ["warning: erp is paused by an operator: they move; deliveries that wait: 2."],
    ],
    [
      "one that is out",
      destination({ state: "out", breaker: "open", breakerSince: since, lastError: "503" }),
      ["error: erp has been out for 30 min: 503."],
    ],
    [
      "one that nobody delivers to",
      destination({ state: "unheld" }),
      ["error: No worker delivers to erp; deliveries that wait: 2."],
    ],
    [
      "one whose deliveries wait for long",
      destination({ oldestOpenAt: since }),
      ["warning: The oldest open delivery to erp has waited for 30 min."],
    ],
    ["a dead delivery", destination({ dead: 1 }), ["error: 1 delivery to erp gave up."]],
    [
      "what is left of a former destination",
      destination({ state: "removed", dead: 3 }),
      [
        "warning: erp is no longer configured; its queue is left and goes on taking events: 0 wait there. Open deliveries: 2.",
      ],
    ],
    [
      "what waits in a former destination's queue, once, however long it is",
      {
        ...destination({ state: "removed" }),
        ...queue({ name: "waypost.deliver.erp", consumers: 0, ready: 20_000 }),
      },
      [
        "warning: erp is no longer configured; its queue is left and goes on taking events: 20000 wait there. Open deliveries: 2.",
      ],
    ],
    [
      "a file that is gone since an earlier start",
      {
        ...destination({ state: "removed" }),
        configuration: { file: "/etc/waypost/waypost.yaml", found: false },
      },
      [
        "error: There is no /etc/waypost/waypost.yaml any more, and nothing is routed. Destinations that it had: erp.",
        "warning: erp is no longer configured; its queue is left and goes on taking events: 0 wait there. Open deliveries: 2.",
      ],
    ],
    [
      "a file that was gone at the last reload",
      {
        configuration: { file: "/etc/waypost/waypost.yaml", found: true, refused: "gone" },
      },
      [
        "error: /etc/waypost/waypost.yaml is gone; the last reload was refused, and what was read before goes on. A restart would route nothing.",
      ],
    ],
    [
      "a reload that was refused",
      {
        configuration: { file: "/etc/waypost/waypost.yaml", found: true, refused: "wrong" },
      },
      [
        "error: The last reload of /etc/waypost/waypost.yaml was refused; what was read before goes on.",
      ],
    ],
    [
      "roles with different configurations",
      { processes: [process("a"), process("b", { configHash: "bbbb" })] },
      [
        "error: The roles run with different configurations: start on a (process 1): aaaa, start on b (process 1): bbbb.",
      ],
    ],
    [
      "roles with different versions",
      { processes: [process("a"), process("b", { version: "0.2.0" })] },
      ["warning: The roles run with different versions: 0.1.0, 0.2.0."],
    ],
    [
      "a receiver that is not seen",
      { processes: [process("a", { role: "work" })] },
      ["warning: No receiver is seen."],
    ],
    [
      "a delivery queue without a consumer",
      queue({ name: "waypost.deliver.erp", consumers: 0 }),
      [],
    ],
    [
      "a week of silence",
      { accounts: [{ id: "700700700700700", lastEventAt: "2026-11-12T11:00:00Z" }] },
      ["warning: Account 700700700700700 has been silent for 8 days."],
    ],
    [
      "quarantine",
      { store: { ready: true, stats: { ...stats, quarantine: 3 } } },
      [
        "warning: 3 signed POSTs could not be understood, whole or in part. Nothing of them is lost.",
      ],
    ],
    [
      "one in quarantine",
      { store: { ready: true, stats: { ...stats, quarantine: 1 } } },
      ["warning: 1 signed POST could not be understood, whole or in part. Nothing of it is lost."],
    ],
  ];
  for (const [what, changes, is] of cases) {
    it(`tells of ${what}`, () => {
      assert.deepEqual(told(changes), is);
    });
  }

  it("gives the remedies that alerts give", () => {
    const lease = {
      epoch: 1,
      heartbeat: 1,
      seq: 0,
      revision: 0,
      holder: "a",
      open: 2,
      scheduled: 0,
      dead: 0,
    };
    const rows: DestinationRow[] = [
      { ...lease, name: "crm", pause: { by: "config", reason: "no token.", at: since } },
      { ...lease, name: "erp", breaker: "open", breakerSince: since, lastError: "503." },
      { ...lease, name: "shop", dead: 3 },
      { ...lease, name: "desk", oldestOpenAt: since },
    ];
    const configured = new Map(rows.map(({ name }) => [name, { kind: "webhook" }]));
    const queues = [{ name: "waypost.deliver.crm", ready: 0, dead: 2 }];
    const lastEventAt = "2026-11-12T11:00:00Z";
    const alerts = findIncidents(
      {
        now: now.getTime(),
        rows,
        behindSince: { desk: Date.parse(since) },
        queues,
        quarantinedLastHour: 3,
        lastHeard: { berlin: lastEventAt },
      },
      { breakerOpenForMs: 0, behindForMs: 0, quarantinePerHour: 0, silenceMs: { berlin: 0 } },
    );
    const problems = findProblems(
      {
        ...well,
        bus: { ...well.bus, queues },
        store: { ready: true, stats: { ...stats, quarantine: 3 } },
        destinations: destinationStates({ configured, rows, processes: [] }),
        accounts: [{ id: "berlin", lastEventAt }],
      },
      now,
    );
    assert.deepEqual(
      problems.map(({ remedy }) => remedy).sort(),
      alerts.map(({ remedy }) => remedy).sort(),
    );
    assert.deepEqual(
      alerts.map(({ key, text }) => [key, text]),
      [
        ["paused:crm", "crm paused itself: no token"],
        ["out:erp", `erp has been out since ${since}: 503`],
        ["dead:shop", "3 deliveries to shop gave up"],
        ["slow:desk", `The oldest open delivery to desk has waited since ${since}`],
        [
          "messages:waypost.deliver.crm",
          "2 messages in waypost.dead.waypost.deliver.crm are no events",
        ],
        [
          "quarantine",
          "3 POSTs of the last hour could not be understood, whole or in part. Nothing of them is lost",
        ],
        ["silent:berlin", `Account berlin has been silent since ${lastEventAt}`],
      ],
    );
  });

  it("does not tell of a spool that is just draining, nor of 401s before the last webhook", () => {
    const receiver = {
      spool: { posts: 4, bytes: 9, oldestAt: "2026-11-20T11:59:30Z" },
      unauthorized: 9,
      lastUnauthorizedAt: "2026-11-20T11:00:00Z",
    };
    assert.deepEqual(told({ receiver }), []);
  });

  it("puts errors first", () => {
    const levels = findProblems(
      {
        ...well,
        store: { ready: true, stats: { ...stats, quarantine: 1 } },
        ...queue({ dead: 1 }),
      },
      now,
    ).map(({ level }) => level);
    assert.deepEqual(levels, ["error", "warning"]);
  });
});

const sources: StatusSources = {
  version: "0.0.0",
  roles: ["start"],
  startedAt: now,
  configuration: { file: "/etc/waypost/waypost.yaml", found: true },
  bus: { health: () => ({ kind: "embedded", ready: true }), queues: async () => [] },
  store: {
    health: async () => undefined,
    stats: async () => stats,
    ledger: { destinations: async () => [] },
    processes: { alive: async () => [] },
  },
  destinations: new Map(),
};

describe("the collected status", () => {
  it("counts refused POSTs and shows the spool when the receiver runs here", async () => {
    const metrics = createMetrics();
    metrics.unauthorized.inc({ reason: "mismatch" }, 2);
    metrics.unauthorized.inc({ reason: "missing" });
    metrics.lastUnauthorized.set(now.getTime() / 1_000);
    const spool = { depth: () => ({ posts: 1, bytes: 2, oldestAt: now }) };
    const { receiver } = await collectStatus({ ...sources, receiver: { metrics, spool } });
    assert.deepEqual(receiver, {
      spool: { posts: 1, bytes: 2, oldestAt: now.toISOString() },
      unauthorized: 3,
      lastUnauthorizedAt: now.toISOString(),
    });
  });

  it("reports what fails or hangs instead of failing or hanging", { timeout: 60_000 }, async () => {
    const status = await collectStatus({
      ...sources,
      bus: { ...sources.bus, queues: () => Promise.reject(new Error("closed")) },
      store: { ...sources.store, stats: () => new Promise(() => undefined) },
    });
    assert.equal(status.ok, false);
    assert.deepEqual(status.store, { ready: false, reason: "the store does not answer" });
    assert.deepEqual(status.bus.queues, []);
  });
});
