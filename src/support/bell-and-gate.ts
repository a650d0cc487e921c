/** Wakes one sleeper. A ring that nobody waits for is kept for the next who does. */
export interface Bell {
  ring(): void;
  rung(): Promise<void>;
}

export function createBell(): Bell {
  let next = createSignal();
  return {
    ring: () => next.give(),
    async rung() {
      await next.given;
      next = createSignal();
    },
  };
}

/** Holds back all who come while it is closed; they pass in the order in which they came. */
export interface Gate {
  isClosed(): boolean;
  opened(): Promise<void>;
  close(): void;
  open(): void;
}

/** The gate opens by itself after `ms`, and then says so. */
export function createGate(ms: number, onTimeout: () => void): Gate {
  let closed: { readonly signal: Signal; readonly timer: NodeJS.Timeout } | undefined;
  const open = () => {
    clearTimeout(closed?.timer);
    closed?.signal.give();
    closed = undefined;
  };
  const timeOut = () => {
    onTimeout();
    open();
  };
  return {
    isClosed: () => closed !== undefined,
    opened: async () => closed?.signal.given,
    close() {
      closed ??= { signal: createSignal(), timer: setTimeout(timeOut, ms) };
    },
    open,
  };
}

interface Signal {
  give(): void;
  readonly given: Promise<void>;
}

function createSignal(): Signal {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { give: () => give(), given };
}
